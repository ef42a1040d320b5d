import { nextState, sentence, wantsSound } from "./listening-state.js";

/** @import { Event, State } from "./listening-state.js" */

const PASSING_MS = 4_000;

/** The state of listening as the listener meets it: the big button and the one sentence. */
export class Listening {
  /**
   * @param {() => void} onPlay
   * @param {() => void} onStop
   */
  constructor(onPlay, onStop) {
    /** @type {State} */
    this.state = "idle";
    this._detail = "";
    this._passing = 0;
    this._button = /** @type {HTMLButtonElement} */ (document.getElementById("play"));
    this._icon = /** @type {SVGUseElement} */ (this._button.querySelector("use"));
    this._label = /** @type {HTMLElement} */ (document.getElementById("play-label"));
    this._sentence = /** @type {HTMLElement} */ (document.getElementById("sentence"));
    this._onPlay = onPlay;
    this._onStop = onStop;
    this._button.addEventListener("click", () => this.toggle());
    this._show();
  }

  get wantsSound() {
    return wantsSound(this.state);
  }

  toggle() {
    if (this.wantsSound) this._onStop();
    else if (!this._button.disabled) this._onPlay();
  }

  /**
   * @param {Event} event
   * @param {string} detail what the sentence fills in
   */
  happen(event, detail = "") {
    const state = nextState(this.state, event);
    if (state === this.state && detail === this._detail) return;
    this.state = state;
    this._detail = detail;
    this._show();
  }

  /** Say something for a moment. @param {string} text */
  say(text) {
    clearTimeout(this._passing);
    this._sentence.textContent = text;
    this._passing = setTimeout(() => {
      this._passing = 0;
      this._show();
    }, PASSING_MS);
  }

  _show() {
    document.body.dataset.state = this.state;
    this._icon.setAttribute("href", this.wantsSound ? "#icon-stop" : "#icon-play");
    this._label.textContent = this.wantsSound ? "Stop" : "Play";
    this._button.disabled = ["insecure", "refused", "broken"].includes(this.state);
    const text = sentence(this.state, this._detail);
    if (text || !this._passing) this._sentence.textContent = text;
  }
}

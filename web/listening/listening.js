import { onLanguage, say } from "../language.js";
import { nextState, wantsSound } from "./listening-state.js";

/**
 * @import { LinkReport, LinkState } from "../protocol.js"
 * @import { Event, State } from "./listening-state.js"
 */

const PASSING_MS = 4_000;
/** What a listener must know at once: nothing said in passing stays before it. */
const TROUBLES = new Set([
  "reconnecting",
  "restarting",
  "full",
  "waiting",
  "interrupted",
  "silent",
  "refused",
  "broken",
]);

/** What the state of the line means to who listens. */
const OF_LINKS = /** @type {Partial<Record<LinkState, Event>>} */ ({
  open: "open",
  lost: "lost",
  restarting: "restart",
  full: "full",
  nobody: "nobody",
  refused: "refused",
  failed: "failed",
});

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The state of listening as the listener meets it: the big button and the one sentence. */
export class Listening {
  /**
   * @param {() => void} onPlay
   * @param {() => void} onStop
   * @param {() => string} hint what there is to say while all is well
   */
  constructor(onPlay, onStop, hint) {
    /** @type {State} */
    this.state = "idle";
    this._onPlay = onPlay;
    this._onStop = onStop;
    this._hint = hint;
    this._detail = "";
    this._passing = 0;
    /** @type {(() => string) | null} */
    this._inPassing = null;
    /** What is said before the first play, instead of the usual. @type {(() => string) | null} */
    this.invitation = null;
    this._button = /** @type {HTMLButtonElement} */ (element("play"));
    this._icon = /** @type {SVGUseElement} */ (this._button.querySelector("use"));
    this._button.addEventListener("click", () => this.toggle());
    onLanguage(() => this.show());
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
    if (TROUBLES.has(state)) this._inPassing = null;
    this.show();
  }

  /** @param {LinkReport} report */
  hear({ state, retryInMs = 0, reason = "" }) {
    const event = OF_LINKS[state];
    const detail = state === "full" ? String(Math.ceil(retryInMs / 1000)) : reason;
    if (event) this.happen(event, event === "failed" ? "" : detail);
  }

  /** Say something for a moment. @param {() => string} tell in the language of that moment */
  say(tell) {
    clearTimeout(this._passing);
    this._inPassing = tell;
    this.show();
    this._passing = setTimeout(() => {
      this._inPassing = null;
      this.show();
    }, PASSING_MS);
  }

  show() {
    document.body.dataset.state = this.state;
    this._icon.setAttribute("href", this.wantsSound ? "#icon-stop" : "#icon-play");
    element("play-label").textContent = say(this.wantsSound ? "stop" : "play");
    this._button.disabled = ["refused", "broken"].includes(this.state);
    const sentence = element("sentence");
    const text = this._inPassing?.() || this._usual();
    if (sentence.textContent !== text) sentence.textContent = text;
  }

  _usual() {
    if (this.state === "idle" && this.invitation) return this.invitation();
    return say(`state.${this.state}`, this._detail) || this._hint();
  }
}

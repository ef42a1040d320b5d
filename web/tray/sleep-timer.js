import { write } from "../build.js";
import { language, onLanguage, say } from "../language.js";

/**
 * @typedef {{
 *   ready: boolean, sleepSeconds: number,
 *   sleepIn: (minutes: number, onSlept: () => void) => void,
 * }} Fading what can fade away in some minutes
 */

const CHOICES = [0, 15, 30, 45, 60, 90]; // minutes; each press takes the next

/** Lets the music fade away: a press for each next choice, and one more for none. */
export class SleepTimer {
  /**
   * @param {HTMLElement} button
   * @param {Fading} loudspeaker
   * @param {(tell: () => string) => void} say
   * @param {() => void} onSlept
   */
  constructor(button, loudspeaker, say, onSlept) {
    this._label = /** @type {HTMLElement} */ (button.querySelector("small"));
    this._button = button;
    this._loudspeaker = loudspeaker;
    this._say = say;
    this._onSlept = onSlept;
    this._choice = 0;
    button.addEventListener("click", () => this.next());
    onLanguage(() => this.show());
  }

  /** What to say while it runs: a time of day, so that the sentence stands still. */
  get hint() {
    const seconds = this._loudspeaker.sleepSeconds;
    if (!Number.isFinite(seconds)) return "";
    const end = new Date(Date.now() + 1_000 * seconds);
    return say("sleepComes", end.toLocaleTimeString(language(), { timeStyle: "short" }));
  }

  next() {
    if (!this._loudspeaker.ready) return;
    this._choice = (this._choice + 1) % CHOICES.length;
    this.start(CHOICES[this._choice]);
    this._say(() => this.hint || say("sleepOff"));
  }

  show() {
    const seconds = this._loudspeaker.sleepSeconds;
    const running = Number.isFinite(seconds);
    write(this._label, running ? say("timerMinutes", Math.ceil(seconds / 60)) : "");
    this._button.setAttribute("aria-pressed", String(running));
  }

  /** @param {number} minutes 0: never */
  start(minutes) {
    this._loudspeaker.sleepIn(minutes, () => {
      this._choice = 0;
      this._onSlept();
      this.show();
    });
    this.show();
  }
}

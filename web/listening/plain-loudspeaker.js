const SLEEP_FADE_SECONDS = 45;

/** A media element in the place of the audio context: volume and sleep timer, and no more. */
export class PlainLoudspeaker {
  constructor() {
    this.audio = new Audio();
    this.audio.preload = "none";
    this.analyser = null;
    this._gain = 1;
    this._ducked = false;
    this._sleepEndMs = Infinity;
    this._onSlept = () => {};
  }

  /** Whether there is anything to fade. */
  get ready() {
    return this.audio.src !== "";
  }

  /** @param {number} gain 0..1 */
  setGain(gain) {
    this._gain = gain;
    this._apply();
  }

  /** @param {boolean} ducked */
  duck(ducked) {
    this._ducked = ducked;
    this._apply();
  }

  /**
   * @param {number} minutes 0: never
   * @param {() => void} onSlept
   */
  sleepIn(minutes, onSlept = () => {}) {
    this._onSlept = onSlept;
    this._sleepEndMs = minutes > 0 ? Date.now() + 60_000 * minutes : Infinity;
    this._apply();
  }

  get sleepSeconds() {
    return (this._sleepEndMs - Date.now()) / 1000;
  }

  /** Called several times a second while there is sound. */
  watchSleep() {
    if (this.sleepSeconds < SLEEP_FADE_SECONDS) this._apply();
    if (this.sleepSeconds > 0) return;
    this._onSlept();
    this.sleepIn(0);
  }

  _apply() {
    const fade = Math.min(1, Math.max(0, this.sleepSeconds / SLEEP_FADE_SECONDS)) ** 2;
    this.audio.volume = this._ducked ? 0 : this._gain * fade;
  }
}

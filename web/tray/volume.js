import { onLanguage, say } from "../language.js";

const SILENT = 0.001;

/** Volume and mute. The slider is even to the ear: its square is the gain. */
export class Volume {
  /**
   * @param {HTMLElement} container
   * @param {number} percent where the listener left it
   * @param {(gain: number, percent: number) => void} onGain
   */
  constructor(container, percent, onGain) {
    this._onGain = onGain;
    this._slider = /** @type {HTMLInputElement} */ (container.querySelector("input"));
    this._mute = /** @type {HTMLButtonElement} */ (container.querySelector("button"));
    this._muted = false;
    this._slider.valueAsNumber = percent;
    this._slider.addEventListener("input", () => {
      this._muted = false;
      this._show();
    });
    this._mute.addEventListener("click", () => this.toggleMute());
    onLanguage(() => this._show());
  }

  toggleMute() {
    this._muted = !this._muted;
    this._show();
  }

  _show() {
    const percent = this._slider.valueAsNumber;
    const gain = this._muted ? 0 : (percent / 100) ** 2;
    this._mute.setAttribute("aria-pressed", String(gain < SILENT));
    this._slider.style.setProperty("--level", `${this._muted ? 0 : percent}%`);
    this._slider.setAttribute("aria-valuetext", say("percent", percent));
    this._onGain(gain, percent);
  }
}

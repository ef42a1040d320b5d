const SILENT = 0.001;

/** Volume and mute. The slider is even to the ear: its square is the gain. */
export class Volume {
  /**
   * @param {HTMLElement} container
   * @param {(gain: number) => void} onGain
   */
  constructor(container, onGain) {
    this._onGain = onGain;
    this._slider = /** @type {HTMLInputElement} */ (container.querySelector("input"));
    this._mute = /** @type {HTMLButtonElement} */ (container.querySelector("button"));
    this._muted = false;
    this._slider.addEventListener("input", () => {
      this._muted = false;
      this._show();
    });
    this._mute.addEventListener("click", () => this.toggleMute());
    this._show();
  }

  toggleMute() {
    this._muted = !this._muted;
    this._show();
  }

  _show() {
    const part = this._slider.valueAsNumber / 100;
    const gain = this._muted ? 0 : part ** 2;
    this._mute.setAttribute("aria-pressed", String(gain < SILENT));
    this._slider.style.setProperty("--level", `${this._muted ? 0 : 100 * part}%`);
    this._slider.setAttribute("aria-valuetext", `${Math.round(100 * part)} percent`);
    this._onGain(gain);
  }
}

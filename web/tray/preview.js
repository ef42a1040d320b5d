/** Some seconds of a style, over a stream that holds back meanwhile. */
export class Preview {
  /** @param {(playing: boolean) => void} onPlaying */
  constructor(onPlaying) {
    this._onPlaying = onPlaying;
    this._audio = new Audio();
    this._audio.preload = "none";
    /** @type {HTMLElement | null} */
    this._button = null;
    for (const event of ["ended", "error"]) this._audio.addEventListener(event, () => this.stop());
    this._audio.addEventListener("timeupdate", () => this._show());
  }

  /** @param {number} gain 0..1 */
  setGain(gain) {
    this._audio.volume = gain;
  }

  /**
   * @param {string} style
   * @param {HTMLElement} button shows how far it has come
   */
  toggle(style, button) {
    const again = this._button === button;
    this.stop();
    if (again) return;
    this._button = button;
    button.setAttribute("aria-pressed", "true");
    this._audio.src = `/api/v1/styles/${encodeURIComponent(style)}/preview.mp3`;
    this._onPlaying(true);
    this._audio.play().catch((error) => {
      if (error.name !== "AbortError") this.stop(); // an abort is the next preview
    });
  }

  stop() {
    if (!this._button) return;
    this._audio.pause();
    this._button.removeAttribute("aria-pressed");
    this._button.style.removeProperty("--done");
    this._button = null;
    this._onPlaying(false);
  }

  _show() {
    const { currentTime, duration } = this._audio;
    this._button?.style.setProperty("--done", String(currentTime / duration || 0));
  }
}

const BANDS = 64;
const LOWEST_HZ = 40;
const HIGHEST_HZ = 16_000;
const FLOOR_DB = -84;
const CEILING_DB = -18;

/** The sound as it leaves, band by band, from low to high. */
export class Spectrum {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this._element = canvas;
    this._canvas = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this._levels = new Float32Array(0);
  }

  /** @param {AnalyserNode | null} analyser */
  draw(analyser) {
    if (!analyser || !this._element.offsetParent) return;
    if (this._levels.length !== analyser.frequencyBinCount) {
      this._levels = new Float32Array(analyser.frequencyBinCount);
    }
    analyser.getFloatFrequencyData(this._levels);
    const { width, height } = this._element;
    this._canvas.clearRect(0, 0, width, height);
    this._canvas.fillStyle = getComputedStyle(this._element).color;
    const step = width / BANDS;
    for (let band = 0; band < BANDS; band += 1) {
      const share = this._level(band, analyser.context.sampleRate);
      const tall = Math.max(2, share * height);
      this._canvas.globalAlpha = 0.35 + 0.65 * share;
      this._canvas.fillRect(band * step + 1, height - tall, step - 2, tall);
    }
  }

  /**
   * The strongest line of a band, 0..1.
   * @param {number} band
   * @param {number} rate
   */
  _level(band, rate) {
    const edge = (/** @type {number} */ number) =>
      (LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (number / BANDS) * 2 * this._levels.length) / rate;
    const first = Math.floor(edge(band));
    const last = Math.max(first + 1, Math.floor(edge(band + 1)));
    let strongest = FLOOR_DB;
    for (let line = first; line < last; line += 1)
      strongest = Math.max(strongest, this._levels[line]);
    return Math.min(1, (strongest - FLOOR_DB) / (CEILING_DB - FLOOR_DB));
  }
}

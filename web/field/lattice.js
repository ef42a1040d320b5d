/** @import { Ink, Size } from "./piano-roll.js" */
/** @import { Mood } from "./mood.js" */
/** @typedef {{ x: number, y: number }} Point px */

const SPACING = 44;
const REACH = 260; // px around the light in which the lattice shines
const TRAIL_MS = 9_000;
const TRAIL_STEP = 0.01; // of the mood's range

/** The quiet dots that show the field, brighter near the light, and the trail the light leaves. */
export class Lattice {
  /**
   * @param {CanvasRenderingContext2D} canvas
   * @param {(mood: Mood) => Point} place where a mood lies
   */
  constructor(canvas, place) {
    this._canvas = canvas;
    this._place = place;
    /** @type {(Mood & { atMs: number })[]} */
    this._trail = [];
  }

  /**
   * @param {Size} size
   * @param {Mood} mood where the light is
   * @param {Ink} ink
   * @param {number} nowMs
   * @returns {boolean} whether the trail is still fading
   */
  draw(size, mood, ink, nowMs) {
    this._canvas.fillStyle = `oklch(${ink.lightness} ${ink.chroma * 0.7} ${ink.hue})`;
    this._drawDots(size, this._place(mood));
    this._follow(mood, nowMs);
    this._canvas.strokeStyle = `oklch(${ink.lightness} ${ink.chroma} ${ink.hue})`;
    this._drawTrail(nowMs);
    this._canvas.globalAlpha = 1;
    return this._trail.length > 1;
  }

  /**
   * @param {Size} size
   * @param {Point} light
   */
  _drawDots({ width, height }, light) {
    const columns = Math.max(2, Math.round(width / SPACING));
    const rows = Math.max(2, Math.round(height / SPACING));
    for (let column = 0; column < columns; column += 1) {
      const x = ((column + 0.5) * width) / columns;
      for (let row = 0; row < rows; row += 1) {
        const y = ((row + 0.5) * height) / rows;
        const near = Math.exp(-(((x - light.x) ** 2 + (y - light.y) ** 2) / REACH ** 2));
        this._canvas.globalAlpha = 0.1 + 0.4 * near;
        this._canvas.fillRect(x - 0.75, y - 0.75, 1.5, 1.5);
      }
    }
  }

  /**
   * @param {Mood} mood
   * @param {number} nowMs
   */
  _follow({ valence, arousal }, nowMs) {
    while (this._trail.length > 0 && nowMs - this._trail[0].atMs > TRAIL_MS) this._trail.shift();
    const last = this._trail.at(-1);
    const moved = last ? Math.hypot(last.valence - valence, last.arousal - arousal) : Infinity;
    if (moved >= TRAIL_STEP) this._trail.push({ valence, arousal, atMs: nowMs });
  }

  /** @param {number} nowMs */
  _drawTrail(nowMs) {
    const points = this._trail.map((step) => ({ ...this._place(step), atMs: step.atMs }));
    for (const [index, to] of points.slice(1).entries()) {
      const from = points[index];
      const fresh = Math.max(0, 1 - (nowMs - to.atMs) / TRAIL_MS);
      this._canvas.globalAlpha = 0.5 * fresh ** 2;
      this._canvas.lineWidth = 1 + 2 * fresh;
      this._canvas.beginPath();
      this._canvas.moveTo(from.x, from.y);
      this._canvas.lineTo(to.x, to.y);
      this._canvas.stroke();
    }
  }
}

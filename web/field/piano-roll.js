/** @import { ScoreTimeline } from "./score-timeline.js" */
/** @import { Notes, ScoreNote } from "../protocol.js" */

import { engrave } from "./engraving.js";

const RATE = 48_000;
const LOWEST = 30;
const HIGHEST = 88;
const BAND = { top: 56, bottom: 72 }; // px above the highest pitch and below the lowest
const DRUMS_ABOVE_BOTTOM = { low: 40, step: 10 };
const CHORD_FONT = "12.8px -apple-system, BlinkMacSystemFont, Segoe UI, Roboto, Arial, sans-serif";
const CHORD_BASELINE = 46;
const CHORD_ROOM = 44; // px from one name to the next: what stands closer is left out
const GLOW_SECONDS = 0.9; // a note that was struck goes on shining for so long
const HALO_ALPHA = 0.11; // of each of two rings
const AHEAD_ALPHA = 0.3;

/** How each part looks: thickness in px, opacity, and how far its hue stands off the mood's. */
const LOOKS = /** @type {Record<string, { thickness: number, alpha: number, hue: number }>} */ ({
  pad: { thickness: 12, alpha: 0.13, hue: -24 },
  comp: { thickness: 5, alpha: 0.42, hue: 12 },
  bass: { thickness: 7, alpha: 0.62, hue: -44 },
  drums: { thickness: 5, alpha: 0.5, hue: 0 },
  counter: { thickness: 6, alpha: 0.7, hue: 28 },
  melody: { thickness: 8, alpha: 0.95, hue: 4 },
});

/**
 * @typedef {{ width: number, height: number }} Size px
 * @typedef {{ hue: number, chroma: number, lightness: number, textLightness: number }} Ink
 */

/** How many seconds of music the width shows. @param {number} width */
function secondsShown(width) {
  return Math.min(14, Math.max(6, width / 90));
}

/** Where the music is heard, as a part of the width. @param {number} width */
function playheadAt(width) {
  return width < 720 ? 0.58 : 0.66;
}

/** Draws the notes as marks that come from the right, light up at the playhead and fade away. */
export class PianoRoll {
  /**
   * @param {CanvasRenderingContext2D} canvas
   * @param {ScoreTimeline} timeline
   */
  constructor(canvas, timeline) {
    this._canvas = canvas;
    this._timeline = timeline;
    /** @type {Size} */
    this._size = { width: 0, height: 0 };
    this._framesPerPx = 1;
    this._headX = 0;
    this._heard = 0;
    this._chordX = 0; // where the last name of a chord was written
  }

  /**
   * @param {Size} size
   * @param {number} heard pts at the listener's ear
   * @param {Ink} ink
   * @returns {number} 0..1, how strongly the music strikes at this moment
   */
  draw(size, heard, ink) {
    this._size = size;
    this._heard = heard;
    this._framesPerPx = (secondsShown(size.width) * RATE) / size.width;
    this._headX = size.width * playheadAt(size.width);
    if (this._timeline.bars.length > 0) this._drawPlayhead(ink);
    const left = heard - this._headX * this._framesPerPx;
    const right = left + size.width * this._framesPerPx;
    this._chordX = -Infinity;
    let strike = 0;
    for (const bar of this._timeline.bars) {
      if (bar.end < left - RATE || bar.pts > right) continue;
      this._drawBarLine(bar, ink);
      this._drawChords(bar, ink);
      for (const part of Object.keys(LOOKS)) {
        strike = Math.max(strike, this._drawPart(part, bar.parts[part] ?? [], ink));
      }
    }
    this._canvas.globalAlpha = 1;
    return strike;
  }

  /** @param {number} pts */
  _x(pts) {
    return this._headX + (pts - this._heard) / this._framesPerPx;
  }

  /**
   * @param {string} part
   * @param {ScoreNote} note
   */
  _y(part, [, , pitch]) {
    const { height } = this._size;
    if (part === "drums") {
      const row = pitch < 38 ? 0 : pitch < 42 ? 1 : 2;
      return height - DRUMS_ABOVE_BOTTOM.low - row * DRUMS_ABOVE_BOTTOM.step;
    }
    const reach = height - BAND.top - BAND.bottom;
    const place = (Math.min(HIGHEST, Math.max(LOWEST, pitch)) - LOWEST) / (HIGHEST - LOWEST);
    return BAND.top + (1 - place) * reach;
  }

  /**
   * @param {string} part
   * @param {ScoreNote[]} notes
   * @param {Ink} ink
   */
  _drawPart(part, notes, ink) {
    const look = LOOKS[part];
    this._canvas.fillStyle = `oklch(${ink.lightness} ${ink.chroma} ${ink.hue + look.hue})`;
    let strike = 0;
    for (const note of notes) {
      const glow = this._glow(note);
      this._drawNote(note, part, glow);
      if (part !== "pad") strike = Math.max(strike, (glow * note[3]) / 127);
    }
    return strike;
  }

  /** 1 when a note is struck, sinking to 0. @param {ScoreNote} note */
  _glow([start]) {
    const since = (this._heard - start) / RATE;
    return since < 0 ? 0 : Math.exp((-3 * since) / GLOW_SECONDS);
  }

  /**
   * @param {ScoreNote} note
   * @param {string} part
   * @param {number} glow
   */
  _drawNote(note, part, glow) {
    const [start, end, , velocity] = note;
    const { thickness, alpha } = LOOKS[part];
    const x = this._x(start);
    const y = this._y(part, note);
    const length = part === "drums" ? thickness : Math.max(thickness, this._x(end) - x - 2);
    const presence = this._presence(x, start, end) * (0.45 + (0.55 * velocity) / 127);
    if (presence <= 0.004) return;
    if (glow > 0.05 && part !== "pad") {
      for (const spread of [3 + 3 * glow, 5 + 8 * glow]) {
        this._canvas.globalAlpha = HALO_ALPHA * glow * presence;
        this._pill(x - spread, y, length + 2 * spread, thickness + 2 * spread);
      }
    }
    this._canvas.globalAlpha = Math.min(1, alpha * presence * (1 + 0.6 * glow));
    this._pill(x, y, length, thickness);
  }

  /**
   * How visible a note is by where it is: dim ahead, full at the playhead, fading behind it.
   * @param {number} x
   * @param {number} start
   * @param {number} end
   */
  _presence(x, start, end) {
    const { width } = this._size;
    if (start > this._heard) return AHEAD_ALPHA * Math.min(1, Math.max(0, (width - x) / 80));
    if (end > this._heard) return 1;
    const age = (this._headX - this._x(end)) / this._headX;
    return 0.8 * Math.max(0, 1 - age) ** 1.3;
  }

  /**
   * @param {number} x
   * @param {number} y the middle
   * @param {number} length
   * @param {number} thickness
   */
  _pill(x, y, length, thickness) {
    this._canvas.beginPath();
    this._canvas.roundRect(x, y - thickness / 2, length, thickness, thickness / 2);
    this._canvas.fill();
  }

  /** @param {Ink} ink */
  _drawPlayhead({ lightness, chroma, hue }) {
    const { height } = this._size;
    const line = this._canvas.createLinearGradient(0, 0, 0, height);
    for (const [at, alpha] of [
      [0, 0],
      [0.2, 0.5],
      [0.8, 0.5],
      [1, 0],
    ]) {
      line.addColorStop(at, `oklch(${lightness} ${chroma} ${hue} / ${alpha})`);
    }
    this._canvas.globalAlpha = 1;
    this._canvas.fillStyle = line;
    this._canvas.fillRect(Math.round(this._headX), BAND.top / 2, 1, height - BAND.top);
  }

  /**
   * @param {Notes} bar
   * @param {Ink} ink
   */
  _drawBarLine(bar, { lightness, chroma, hue }) {
    const x = this._x(bar.pts);
    this._canvas.globalAlpha = 0.22 * Math.min(1, this._presence(x, bar.pts, bar.pts) + 0.2);
    this._canvas.fillStyle = `oklch(${lightness} ${chroma} ${hue})`;
    this._canvas.fillRect(Math.round(x), this._size.height - BAND.bottom + 4, 1, BAND.bottom - 32);
  }

  /**
   * The names of the chords travel along the upper edge.
   * @param {Notes} bar
   * @param {Ink} ink
   */
  _drawChords(bar, { textLightness, chroma, hue }) {
    this._canvas.font = CHORD_FONT;
    this._canvas.fillStyle = `oklch(${textLightness} ${chroma} ${hue})`;
    for (const [index, { pts, name }] of bar.chords.entries()) {
      const end = bar.chords[index + 1]?.pts ?? bar.end;
      const x = this._x(pts);
      if (x < this._chordX + CHORD_ROOM) continue;
      this._chordX = x;
      this._canvas.globalAlpha = Math.min(1, 0.25 + 0.75 * this._presence(x, pts, end));
      this._canvas.fillText(engrave(name), x, CHORD_BASELINE);
    }
  }
}

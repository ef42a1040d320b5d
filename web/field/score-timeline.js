/** @import { Notes } from "../protocol.js" */

const KEPT_FRAMES = 16 * 48_000; // heard bars stay this long: the widest roll shows 14 s

/** The bars that were announced, in the order in which they sound. */
export class ScoreTimeline {
  constructor() {
    /** @type {Notes[]} */
    this.bars = [];
    this._piece = { title: "", pts: 0 };
    this._nextPiece = this._piece;
  }

  clear() {
    this.bars = [];
    this._piece = this._nextPiece = { title: "", pts: 0 };
  }

  /**
   * A bar may come again with other frames; those that were to follow it are then announced again.
   * @param {Notes} bar
   */
  add(bar) {
    this.bars = this.bars.filter((other) => other.pts < bar.pts && other.bar !== bar.bar);
    this.bars.push(bar);
    if (bar.title === this._nextPiece.title) return;
    this._piece = this._nextPiece;
    this._nextPiece = bar;
  }

  /**
   * Where the piece of a bar began.
   * @param {Notes} bar
   */
  pieceStart({ title }) {
    return title === this._nextPiece.title ? this._nextPiece.pts : this._piece.pts;
  }

  /**
   * Let go of what was heard long ago.
   * @param {number} pts
   */
  prune(pts) {
    if (this.bars.length > 0 && this.bars[0].end < pts - KEPT_FRAMES) this.bars.shift();
  }

  /**
   * The bar that sounds at `pts`.
   * @param {number} pts
   */
  barAt(pts) {
    return this.bars.find((bar) => bar.pts <= pts && pts < bar.end);
  }

  /**
   * The chord that sounds at `pts`, "" when there is none.
   * @param {number} pts
   */
  chordAt(pts) {
    return this.barAt(pts)?.chords.findLast((chord) => chord.pts <= pts)?.name ?? "";
  }

  /**
   * The number, as musicians count, of the bar that begins at or after `pts`; 0 when not yet known.
   * @param {number} pts
   */
  barFrom(pts) {
    const bar = this.bars.find((other) => other.end > pts);
    return bar ? bar.bar + 1 : 0;
  }
}

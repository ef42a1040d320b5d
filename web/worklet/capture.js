/** A recording of some frames, with the pts of every quantum. */
export class Capture {
  /** @param {number} frames how many to record */
  constructor(frames) {
    this.left = new Float32Array(frames);
    this.right = new Float32Array(frames);
    /** @type {number[]} */
    this.quanta = [];
    this._length = 0;
  }

  get complete() {
    return this._length >= this.left.length;
  }

  /**
   * @param {number} pts
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  add(pts, left, right) {
    const count = Math.min(left.length, this.left.length - this._length);
    this.left.set(left.subarray(0, count), this._length);
    this.right.set(right.subarray(0, count), this._length);
    this.quanta.push(pts);
    this._length += count;
  }
}

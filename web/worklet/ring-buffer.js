/** Frames over which spliced sound takes over from what was buffered (10 ms at 48 kHz). */
export const CROSSFADE_FRAMES = 480;

/**
 * Stereo sound of one session, addressed by pts: the frame's number since the session began.
 * It holds the frames from `play` (the next to be heard) up to `end`.
 */
export class RingBuffer {
  /** @param {number} capacityFrames a power of two */
  constructor(capacityFrames) {
    this.capacityFrames = capacityFrames;
    this.play = 0;
    this.end = 0;
    this._mask = capacityFrames - 1;
    this._left = new Float32Array(capacityFrames);
    this._right = new Float32Array(capacityFrames);
    /** Whether a splice came so late that all of it was played: the next sound splices instead. */
    this._splices = false;
  }

  get available() {
    return this.end - this.play;
  }

  /**
   * Forget everything; the next frame to be heard is `pts`.
   * @param {number} pts
   */
  reset(pts) {
    this.play = pts;
    this.end = pts;
    this._splices = false;
  }

  /**
   * Append a chunk. Frames already held or already heard are passed over, a hole before the chunk
   * is silent, and what does not fit is refused: nothing that waits to be heard is overwritten.
   * @param {number} pts
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  write(pts, left, right) {
    if (this._splices) {
      this.splice(pts, left, right);
      return;
    }
    this._fillWithSilence(Math.min(pts, this.play + this.capacityFrames));
    const from = this.end;
    const to = Math.min(pts + left.length, this.play + this.capacityFrames);
    for (let frame = from; frame < to; frame += 1) {
      this._left[frame & this._mask] = left[frame - pts];
      this._right[frame & this._mask] = right[frame - pts];
    }
    this.end = Math.max(from, to);
  }

  /**
   * Replace everything from `pts` on by this chunk, crossfading out of what was there.
   * @param {number} pts
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  splice(pts, left, right) {
    this._splices = pts + left.length <= this.play;
    if (this._splices) return;
    const cut = Math.max(pts, this.play);
    const overlap = Math.min(CROSSFADE_FRAMES, this.end - cut, pts + left.length - cut);
    if (overlap <= 0) {
      this.write(pts, left, right);
      return;
    }
    for (let step = 0; step < overlap; step += 1) {
      const index = (cut + step) & this._mask;
      const gain = step / overlap;
      this._left[index] += gain * (left[cut + step - pts] - this._left[index]);
      this._right[index] += gain * (right[cut + step - pts] - this._right[index]);
    }
    this.end = cut + overlap;
    this.write(pts, left, right);
  }

  /**
   * Move the next `count` frames out; the caller has seen that so many are available.
   * @param {number} count
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  read(count, left, right) {
    for (let step = 0; step < count; step += 1) {
      const index = (this.play + step) & this._mask;
      left[step] = this._left[index];
      right[step] = this._right[index];
    }
    this.play += count;
  }

  /** @param {number} pts */
  _fillWithSilence(pts) {
    for (; this.end < pts; this.end += 1) {
      this._left[this.end & this._mask] = 0;
      this._right[this.end & this._mask] = 0;
    }
  }
}

import { RingBuffer } from "./ring-buffer.js";

/** Frames of the fades that keep an underrun from clicking (8 ms at 48 kHz: three quanta). */
export const FADE_FRAMES = 384;

/** @typedef {"filling" | "playing" | "fading"} PlayoutState */

/**
 * Decides what is heard in each quantum: sound once `prebufferFrames` are held, silence before.
 * When the buffer runs dry it fades out ahead of the end, waits, and fades in again.
 */
export class Playout {
  /**
   * @param {number} prebufferFrames
   * @param {number} capacityFrames
   * @param {number} steadyQuanta for so long the device's clock must not have jumped before sound
   *   begins: a device that opens asks for its first buffer at once and may then stand still
   */
  constructor(prebufferFrames, capacityFrames, steadyQuanta = 0) {
    this.ring = new RingBuffer(capacityFrames);
    this.prebufferFrames = prebufferFrames;
    this._steadyQuanta = steadyQuanta;
    this._quantaSinceJump = 0;
    /** How often the sound stopped for want of data, and for how many frames in all. */
    this.underruns = 0;
    this.underFrames = 0;
    /** @type {PlayoutState} */
    this.state = "filling";
    this._fadeInLeft = 0;
    this._fadeOutLeft = 0;
    this._interrupted = false;
  }

  /**
   * A new session begins: drop what is held, wait for `pts`.
   * @param {number} pts
   */
  begin(pts) {
    this.ring.reset(pts);
    this.state = "filling";
    this._interrupted = false;
  }

  /**
   * Write the next frames into `left` and `right`.
   * @param {Float32Array} left
   * @param {Float32Array} right
   * @param {boolean} jumped whether quanta were left out before this one
   * @returns {number} how many frames are music; the rest is silence
   */
  render(left, right, jumped = false) {
    this._quantaSinceJump = jumped ? 0 : this._quantaSinceJump + 1;
    this._changeState(left.length);
    const wanted = this.state === "fading" ? this._fadeOutLeft : left.length;
    const count = this.state === "filling" ? 0 : Math.min(left.length, wanted);
    this.ring.read(count, left, right);
    left.fill(0, count);
    right.fill(0, count);
    if (this._interrupted) this.underFrames += left.length - count;
    if (this.state === "fading") this._fadeOut(count, left, right);
    else if (this._fadeInLeft > 0) this._fadeIn(count, left, right);
    return count;
  }

  /** @param {number} frames */
  _changeState(frames) {
    const steady = this._quantaSinceJump > this._steadyQuanta;
    if (this.state === "filling" && steady && this.ring.available >= this.prebufferFrames) {
      this.state = "playing";
      this._fadeInLeft = this._interrupted ? FADE_FRAMES : 0;
      this._interrupted = false;
    } else if (this.state === "playing" && this.ring.available < frames + FADE_FRAMES) {
      this.state = "fading";
      this._fadeOutLeft = Math.min(FADE_FRAMES, this.ring.available);
      this.underruns += 1;
    }
  }

  /**
   * @param {number} count
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  _fadeOut(count, left, right) {
    for (let step = 0; step < count; step += 1) {
      const gain = (this._fadeOutLeft - step) / FADE_FRAMES;
      left[step] *= gain;
      right[step] *= gain;
    }
    this._fadeOutLeft -= count;
    if (this._fadeOutLeft > 0) return;
    this.state = "filling";
    this._interrupted = true;
  }

  /**
   * @param {number} count
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  _fadeIn(count, left, right) {
    const fading = Math.min(count, this._fadeInLeft);
    for (let step = 0; step < fading; step += 1) {
      const gain = 1 - (this._fadeInLeft - step) / FADE_FRAMES;
      left[step] *= gain;
      right[step] *= gain;
    }
    this._fadeInLeft -= fading;
  }
}

/** @import { PlayoutReport } from "../protocol.js" */

/**
 * Which frame of the session is at the listener's ear just now. The worklet says which context
 * frame carried which pts; the context says which of its frames is leaving the loudspeaker.
 */
export class HeardClock {
  constructor() {
    this._offset = 0; // pts minus context frame, moved by every underrun and skipped quantum
    this._played = 0;
    this._sounding = false;
  }

  /** @param {PlayoutReport} report */
  update({ played, frame, sounding }) {
    this._offset = played - frame;
    this._played = played;
    this._sounding = sounding;
  }

  /**
   * @param {number} contextFrame the frame that leaves the loudspeaker
   * @returns {number} its pts
   */
  pts(contextFrame) {
    const pts = this._offset + contextFrame;
    // While the buffer is empty the context goes on and the music does not.
    return Math.max(0, this._sounding ? pts : Math.min(pts, this._played));
  }
}

/**
 * The frame that leaves the loudspeaker now, output latency included.
 * @param {AudioContext} context
 * @param {number} nowMs `performance.now()`
 */
export function contextFrameAtTheEar(context, nowMs) {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
  const seconds =
    performanceTime > 0
      ? contextTime + (nowMs - performanceTime) / 1000
      : context.currentTime - context.outputLatency;
  return Math.min(seconds, context.currentTime) * context.sampleRate;
}

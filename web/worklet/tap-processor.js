import { Capture } from "./capture.js";

/** The pts of the quantum that the player renders just now; −1 when it is not all music. */
export const onAir = { pts: -1 };

/**
 * Sits between volume and loudspeaker, passes everything on and, when asked, hands back what went
 * by: the page's proof instrument.
 */
export class TapProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    /** @type {Capture | null} */
    this._capture = null;
    this.port.onmessage = ({ data }) => {
      this._capture = new Capture(data.frames);
    };
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   */
  process([[left, right = left]], [out]) {
    if (left) {
      out[0].set(left);
      out[1].set(right);
      this._record(left, right);
    }
    return true;
  }

  /**
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  _record(left, right) {
    const capture = this._capture;
    if (!capture) return;
    capture.add(onAir.pts, left, right);
    if (!capture.complete) return;
    const { left: l, right: r, quanta } = capture;
    this.port.postMessage({ left: l, right: r, quanta }, [l.buffer, r.buffer]);
    this._capture = null;
  }
}

import { onAir, TapProcessor } from "./tap-processor.js";
import { Playout } from "./playout.js";

/** @import { PlayoutReport, SoundMessage } from "../protocol.js" */

const RING_FRAMES = 1 << 19; // 10.9 s: more than a server sends ahead before it stops
const STEADY_QUANTA = 24; // 64 ms: more than the first buffer of a device
const REPORT_QUANTA = 19; // about 50 ms

/**
 * Plays what the stream worker decodes. It runs on the audio clock and reports it every 50 ms to
 * the worker, which acknowledges by it, and to the page, which draws by it: no timer is in the path.
 */
class PlayerProcessor extends AudioWorkletProcessor {
  /** @param {{ processorOptions: { prebufferFrames: number } }} options */
  constructor(options) {
    super();
    this._playout = new Playout(
      options.processorOptions.prebufferFrames,
      RING_FRAMES,
      STEADY_QUANTA,
    );
    /** @type {MessagePort | null} */
    this._worker = null;
    this._skipped = 0;
    this._nextFrame = -1;
    this._quanta = 0;
    this._heard = false;
    this.port.onmessage = ({ data }) => this._listenTo(data);
  }

  /** @param {MessagePort} worker where the decoded sound comes from */
  _listenTo(worker) {
    this._worker = worker;
    worker.onmessage = ({ data }) => this._take(data);
  }

  /** @param {SoundMessage} message */
  _take(message) {
    if (message.type === "begin") this._playout.begin(message.pts);
    else if (message.splice) this._playout.ring.splice(message.pts, message.left, message.right);
    else this._playout.ring.write(message.pts, message.left, message.right);
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs
   */
  process(_inputs, outputs) {
    const [left, right] = outputs[0];
    // A browser short of time leaves quanta out: a hole to the ear, yet the ring never ran dry.
    const missed = currentFrame - this._nextFrame;
    if (this._playout.state !== "filling") this._skipped += missed;
    this._nextFrame = currentFrame + left.length;
    const pts = this._playout.ring.play;
    const count = this._playout.render(left, right, missed > 0);
    onAir.pts = count === left.length ? pts : -1;
    this._reportWhenDue(count > 0);
    return true;
  }

  /** @param {boolean} sounding */
  _reportWhenDue(sounding) {
    this._quanta += 1;
    const first = sounding && !this._heard;
    if (this._quanta % REPORT_QUANTA !== 0 && !first) return;
    this._heard ||= sounding;
    const { ring, state, underruns, underFrames } = this._playout;
    /** @type {PlayoutReport} */
    const report = {
      type: "report",
      played: ring.play,
      end: ring.end,
      frame: this._nextFrame,
      sounding: state !== "filling",
      underruns,
      underFrames,
      skipped: this._skipped,
    };
    this.port.postMessage(report);
    this._worker?.postMessage(report);
  }
}

registerProcessor("player", PlayerProcessor);
registerProcessor("tap", TapProcessor);

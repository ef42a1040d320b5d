import { contextFrameAtTheEar, HeardClock } from "./heard-clock.js";
import { Loudspeaker } from "./loudspeaker.js";

/**
 * @import {
 *   Captured, ClientMessage, FromWorker, PlayoutReport, ToWorker, Wishes
 * } from "../protocol.js"
 */

const PREBUFFER_FRAMES = 9_600; // 200 ms: more gains nothing, the server sends its look-ahead at once

/** @typedef {(message: FromWorker) => void} WorkerListener */
/** @typedef {(report: PlayoutReport) => void} ReportListener */

/**
 * The way of the sound: stream worker → worklet → loudspeaker. The page's own thread carries
 * commands and reports only.
 */
export class Player {
  /**
   * @param {WorkerListener} onWorker
   * @param {ReportListener} onReport
   * @param {(interrupted: boolean) => void} onInterrupted the system took the loudspeaker, or
   *   gave it back: a call, another app, a device that was unplugged
   */
  constructor(onWorker, onReport, onInterrupted) {
    this._onReport = onReport;
    this._turn = 0; // counts play and stop: the last one holds
    this._clock = new HeardClock();
    this.loudspeaker = new Loudspeaker((interrupted) => {
      this._order({ type: interrupted ? "pause" : "play" });
      onInterrupted(interrupted);
    });
    /** @type {Promise<void> | null} */
    this._built = null;
    const script = new URL("../worker/stream-worker.js", import.meta.url);
    this._worker = new Worker(script, { type: "module" });
    this._worker.onmessage = ({ data }) => onWorker(data);
    this._worker.onerror = ({ message }) =>
      onWorker({ type: "link", state: "failed", reason: message });
  }

  /** Whether the browser lets this address have the full player. */
  static get supported() {
    return globalThis.isSecureContext && "audioWorklet" in AudioContext.prototype;
  }

  /** The pts of the frame at the listener's ear. */
  get heardPts() {
    const { context } = this.loudspeaker;
    if (!context) return 0;
    return this._clock.pts(contextFrameAtTheEar(context, performance.now()));
  }

  /**
   * @param {Wishes} wishes what the session should be; heeded when it begins
   * @returns {Promise<void>} settled when the audio device runs
   */
  async play(wishes) {
    const turn = (this._turn += 1);
    if (this._built) this._order({ type: "play" });
    else this._built = this._open(wishes);
    await Promise.all([this.loudspeaker.wake(), this._built]);
    if (turn === this._turn) this.loudspeaker.begin(); // not stopped meanwhile
  }

  /** Fade out, then hold everything: what is buffered is what `play` goes on with. */
  stop() {
    this._turn += 1;
    this._order({ type: "pause" });
    this.loudspeaker.rest();
  }

  /** @param {ClientMessage} message */
  send(message) {
    this._order({ type: "send", message });
  }

  /**
   * The next frames that really reach the output, each quantum with its pts.
   * @param {number} frames
   * @returns {Promise<Captured>}
   */
  async capture(frames) {
    const tap = this.loudspeaker.tap;
    if (!tap) throw new Error("nothing plays yet");
    return new Promise((resolve) => {
      tap.onmessage = ({ data }) => resolve(data);
      tap.postMessage({ frames });
    });
  }

  /** @param {Wishes} wishes */
  async _open(wishes) {
    const context = this.loudspeaker.open();
    const { port1: worker, port2: sound } = new MessageChannel();
    const url = new URL("/api/v1/stream", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this._order({ type: "start", url: url.href, wishes, port: worker }, [worker]);
    const script = new URL("../worklet/player-processor.js", import.meta.url);
    await context.audioWorklet.addModule(script);
    const player = new AudioWorkletNode(context, "player", {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { prebufferFrames: PREBUFFER_FRAMES },
    });
    player.port.onmessage = ({ data }) => this._hear(data);
    player.port.postMessage(sound, [sound]);
    this.loudspeaker.connect(player);
  }

  /** @param {PlayoutReport} report */
  _hear(report) {
    this._clock.update(report);
    this.loudspeaker.watchSleep();
    this._onReport(report);
  }

  /**
   * @param {ToWorker} order
   * @param {Transferable[]} transfer
   */
  _order(order, transfer = []) {
    this._worker.postMessage(order, transfer);
  }
}

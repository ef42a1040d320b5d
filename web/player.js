import { contextFrameAtTheEar, HeardClock } from "./heard-clock.js";

/**
 * @import {
 *   Captured, ClientMessage, FromWorker, PlayoutReport, ToWorker, Wishes
 * } from "./protocol.js"
 */

const SAMPLE_RATE = 48_000;
const PREBUFFER_FRAMES = 9_600; // 200 ms: more gains nothing, the server sends its look-ahead at once
const GLIDE_SECONDS = 0.06; // play, stop, mute and volume never jump

const PATIENCE_MS = 5_000; // a browser without an audio device never says so

/** The audio device does not run. */
export class NoLoudspeaker extends Error {}

/** @typedef {(message: FromWorker) => void} WorkerListener */
/** @typedef {(report: PlayoutReport) => void} ReportListener */

/**
 * The way of the sound: stream worker → worklet → volume → loudspeaker. The page's own thread
 * carries commands and reports only.
 */
export class Player {
  /**
   * @param {WorkerListener} onWorker
   * @param {ReportListener} onReport
   * @param {() => void} onInterrupted the system took the loudspeaker away: a call, another app
   */
  constructor(onWorker, onReport, onInterrupted) {
    this._onReport = onReport;
    this._onInterrupted = onInterrupted;
    this._playing = false;
    this._turn = 0; // counts play and stop: the last one holds
    this._gain = 1;
    this._clock = new HeardClock();
    /** @type {AudioContext | null} */
    this._context = null;
    /** @type {GainNode | null} */
    this._volume = null;
    /** @type {Promise<MessagePort> | null} the tap on what goes to the loudspeaker */
    this._tap = null;
    this._stopping = 0;
    const script = new URL("worker/stream-worker.js", import.meta.url);
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
    if (!this._context) return 0;
    return this._clock.pts(contextFrameAtTheEar(this._context, performance.now()));
  }

  /**
   * @param {Wishes} wishes what the session should be; heeded when it begins
   * @returns {Promise<void>} settled when the audio device runs
   */
  async play(wishes) {
    clearTimeout(this._stopping);
    const turn = (this._turn += 1);
    if (this._context) this._order({ type: "play" });
    else this._context = this._open(wishes);
    await Promise.all([resume(this._context), this._tap]);
    if (turn !== this._turn) return; // stopped meanwhile
    this._playing = true;
    this._glide(this._gain);
  }

  /** Fade out, then hold everything: what is buffered is what `play` goes on with. */
  stop() {
    this._turn += 1;
    this._playing = false;
    this._glide(0);
    this._order({ type: "pause" });
    this._stopping = setTimeout(() => this._context?.suspend(), 2_000 * GLIDE_SECONDS);
  }

  /** @param {ClientMessage} message */
  send(message) {
    this._order({ type: "send", message });
  }

  /** @param {number} gain 0..1 */
  setGain(gain) {
    this._gain = gain;
    this._glide(gain);
  }

  /**
   * The next frames that really reach the output, each quantum with its pts.
   * @param {number} frames
   * @returns {Promise<Captured>}
   */
  async capture(frames) {
    const tap = await this._tap;
    if (!tap) throw new Error("nothing plays yet");
    return new Promise((resolve) => {
      tap.onmessage = ({ data }) => resolve(data);
      tap.postMessage({ frames });
    });
  }

  /** @param {Wishes} wishes */
  _open(wishes) {
    const context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "playback" });
    context.onstatechange = () => {
      if (this._playing && context.state !== "running") this._onInterrupted();
    };
    this._volume = new GainNode(context, { gain: 0 });
    const { port1, port2 } = new MessageChannel();
    const url = new URL("/api/v1/stream", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this._order({ type: "start", url: url.href, wishes, port: port1 }, [port1]);
    this._tap = this._build(context, this._volume, port2);
    return context;
  }

  /**
   * @param {AudioContext} context
   * @param {GainNode} volume
   * @param {MessagePort} sound where the stream worker sends what it decodes
   */
  async _build(context, volume, sound) {
    await context.audioWorklet.addModule(new URL("worklet/player-processor.js", import.meta.url));
    const player = new AudioWorkletNode(context, "player", {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { prebufferFrames: PREBUFFER_FRAMES },
    });
    player.port.onmessage = ({ data }) => this._hear(data);
    player.port.postMessage(sound, [sound]);
    const tap = new AudioWorkletNode(context, "tap", { outputChannelCount: [2] });
    player.connect(volume).connect(tap).connect(context.destination);
    return tap.port;
  }

  /** @param {PlayoutReport} report */
  _hear(report) {
    this._clock.update(report);
    this._onReport(report);
  }

  /** @param {number} gain */
  _glide(gain) {
    if (!this._context || !this._volume) return;
    const now = this._context.currentTime;
    const level = this._volume.gain;
    level.cancelScheduledValues(now);
    level.setValueAtTime(level.value, now);
    level.linearRampToValueAtTime(gain, now + GLIDE_SECONDS);
  }

  /**
   * @param {ToWorker} order
   * @param {Transferable[]} transfer
   */
  _order(order, transfer = []) {
    this._worker.postMessage(order, transfer);
  }
}

/**
 * Let the audio device run, or find out that there is none.
 * @param {AudioContext} context
 */
async function resume(context) {
  const running = context.resume().then(() => true);
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, false));
  if (!(await Promise.race([running, patience]))) throw new NoLoudspeaker("no audio device runs");
}

import { opusPackets, parseChunk, pcmChannels } from "../protocol.js";
import { Connection } from "./connection.js";
import { canDecodeOpus, OpusDecoder } from "./opus-decoder.js";
import { SilenceWatch } from "./silence-watch.js";

/**
 * @import {
 *   ClientMessage, FromWorker, PlayoutReport, Ready, SoundChunk, SoundMessage, ToWorker, Wishes
 * } from "../protocol.js"
 */

const ACK_FRAMES = 12_000; // 250 ms of the audio clock: a server hears of everybody, all the time
const TRAFFIC_FRAMES = 96_000; // two seconds between tellings of what has come

/** Socket and decoder, off the main thread: a busy page never reaches the sound. */
class Stream {
  /**
   * @param {string} url
   * @param {Wishes} wishes
   * @param {MessagePort} player
   */
  constructor(url, wishes, player) {
    this._player = player;
    this._player.onmessage = ({ data }) => this._acknowledge(data);
    /** @type {OpusDecoder | null} */
    this._decoder = null;
    this._packetFrames = 960;
    this._nextPts = 0;
    this._acknowledgedAt = -ACK_FRAMES;
    /** @type {PlayoutReport | null} */
    this._latest = null;
    this._bytes = 0;
    this._toldAt = -TRAFFIC_FRAMES;
    this._silence = new SilenceWatch(() => this.connection.changeLine(), Math.random());
    this.connection = new Connection(url, wishes, {
      onReady: (ready) => this._begin(ready),
      onMessage: (message) => report({ type: "message", message }),
      onChunk: (chunk) => {
        this._bytes += chunk.byteLength;
        this._silence.hear();
        this._takeChunk(parseChunk(chunk));
      },
      onLink: report,
      nextPts: () => this._nextPts,
      played: () => this._latest?.played,
    });
  }

  /** @param {ClientMessage} message */
  send(message) {
    if (message.type === "set") this.connection.remember(message.controls);
    // A change takes effect just ahead of the ear, so let the server know where that is.
    if (this._latest && (message.type === "set" || message.type === "skip")) {
      this._sendAck(this._latest);
    }
    this.connection.send(message);
  }

  /** @param {Ready} ready */
  _begin(ready) {
    this._silence.begin();
    this._packetFrames = ready.packet_frames;
    if (!ready.resumed || this._nextPts === 0) {
      this._nextPts = ready.pts;
      this._decoder?.close();
      this._decoder = null;
      this._post({ type: "begin", pts: ready.pts });
    }
    if (ready.codec !== "opus" || this._decoder) return;
    this._decoder = new OpusDecoder(
      ready.preskip,
      (pts, splice, left, right) => this._sound(pts, splice, left, right),
      () => this._giveUpOpus(),
    );
  }

  /** @param {SoundChunk} chunk */
  _takeChunk(chunk) {
    if (chunk.codec === "opus") {
      this._decode(chunk);
      return;
    }
    const { left, right } = pcmChannels(chunk);
    this._nextPts = chunk.pts + chunk.count;
    this._sound(chunk.pts, chunk.splice, left, right);
  }

  /** @param {SoundChunk} chunk */
  _decode(chunk) {
    let pts = chunk.pts;
    let splice = chunk.splice;
    for (const packet of opusPackets(chunk)) {
      const held = pts < this._nextPts && !chunk.splice; // sent again after a loss
      if (!held) this._decoder?.decode(pts, splice, packet);
      splice = false;
      pts += this._packetFrames;
      if (!held) this._nextPts = pts;
    }
  }

  /**
   * @param {number} pts
   * @param {boolean} splice
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  _sound(pts, splice, left, right) {
    this._post({ type: "sound", pts, splice, left, right }, [left.buffer, right.buffer]);
  }

  /**
   * @param {SoundMessage} message
   * @param {Transferable[]} transfer
   */
  _post(message, transfer = []) {
    this._player.postMessage(message, transfer);
  }

  /** A decoder that failed does not come back: take plain samples from here on. */
  _giveUpOpus() {
    this._decoder = null;
    this.connection.startAnew({ codecs: ["pcm16"] });
  }

  /**
   * The clock is the audio context's: it goes on when the buffer is empty.
   * @param {PlayoutReport} latest
   */
  _acknowledge(latest) {
    this._latest = latest;
    this._silence.look(latest);
    const { frame } = latest;
    if (frame < this._acknowledgedAt + ACK_FRAMES) return;
    this._acknowledgedAt = frame;
    this._sendAck(latest);
    if (frame < this._toldAt + TRAFFIC_FRAMES) return;
    this._toldAt = frame;
    report({ type: "traffic", bytes: this._bytes });
  }

  /** @param {PlayoutReport} latest */
  _sendAck({ played, end, underFrames }) {
    this.connection.send({ type: "ack", played, end, under: underFrames });
  }
}

/** @type {Stream | null} */
let stream = null;
let opus = false;
const prepared = canDecodeOpus().then((able) => {
  opus = able;
});

/** @param {FromWorker} message */
function report(message) {
  postMessage(message);
}

/** @param {ToWorker & { type: "start" }} order */
function start({ url, wishes, port }) {
  stream = new Stream(url, opus ? wishes : { ...wishes, codecs: ["pcm16"] }, port);
  stream.connection.play();
}

/** @param {ToWorker} order */
function obey(order) {
  if (order.type === "start") start(order);
  else if (order.type === "send") stream?.send(order.message);
  else if (order.type === "play") stream?.connection.play();
  else stream?.connection.pause();
}

addEventListener("online", () => stream?.connection.hurry());
onmessage = ({ data }) => prepared.then(() => obey(data));

/**
 * The words that travel: server ⇄ page (docs/stream-protocol.md), worker ⇄ page,
 * worker → worklet.
 *
 * @typedef {Record<string, number | string | boolean | null>} Controls
 *
 * @typedef {{
 *   type: "ready", session: string, token: string, codec: "opus" | "pcm16" | "mp3", rate: number,
 *   channels: number, packet_frames: number, preskip: number, lookahead_ms: number, pts: number,
 *   resumed: boolean, seed: number, style: string, controls: Controls, title: string,
 *   room?: string | null,
 * }} Ready
 * @typedef {{
 *   type: "room", name: string, who: string, state: "led" | "paused" | "alone" | "over",
 *   listeners: number,
 * }} RoomState who plays in a room, and whether they do
 * @typedef {{ type: "moved", pts: number, controls: Controls }} Moved by the performer of a room
 * @typedef {{ type: "applied", id: number, pts: Record<string, number> }} Applied
 * @typedef {[start_pts: number, end_pts: number, pitch: number, velocity: number]} ScoreNote
 * @typedef {{
 *   type: "notes", pts: number, end: number, bar: number, section: string, phrase: number,
 *   key: string, tempo_bpm: number, title: string, style: string, cue: string,
 *   parameters: Record<string, number>,
 *   chords: { pts: number, name: string }[], parts: Record<string, ScoreNote[]>,
 * }} Notes
 * @typedef {{
 *   type: "error", code: string, message: string, field?: string, retry_after?: number,
 *   id?: number,
 * }} ServerError one with an id refuses a change, one without ends the connection
 * @typedef {{ type: "drain", after_ms: number }} Drain
 * @typedef {{ type: "title", title: string }} Title from the plain player, which hears no notes
 * @typedef {{ type: "learned", port: string, cc: number, control: string }} LearnedKnob
 * @typedef {{ type: "asked", action: string }} Asked by a button of a keyboard
 * @typedef {Ready | Applied | Notes | RoomState | Moved | LearnedKnob | Asked | ServerError | Drain | Title
 * } ServerMessage
 *
 * @typedef {{ session: string, token: string }} Ticket what opens a session again
 * @typedef {{
 *   codecs: string[], seed?: number, style?: string, controls?: Controls, ticket?: Ticket,
 *   room?: string,
 * }} Wishes
 * @typedef {{ type: "midi", port: string, events: [number, number, number, number][] }
 *   | { type: "role", role: "harmony" | "play" | "melody" | "answer" }
 *   | { type: "learn", control: string }
 *   | { type: "knobs", port: string, knobs: { cc: number, control: string }[] }} KeyboardMessage
 * @typedef {{ type: "set", id: number, controls: Controls } | { type: "skip" } | KeyboardMessage
 * } ClientMessage
 *
 * @typedef {{ type: "start", url: string, wishes: Wishes, port: MessagePort }
 *   | { type: "send", message: ClientMessage }
 *   | { type: "pause" } | { type: "play" }} ToWorker
 *
 * @typedef {"connecting" | "open" | "lost" | "restarting" | "full" | "nobody" | "asleep"
 *   | "refused" | "failed"} LinkState
 * @typedef {{ type: "link", state: LinkState, retryInMs?: number, reason?: string }} LinkReport
 * @typedef {LinkReport | { type: "message", message: ServerMessage }
 *   | { type: "traffic", bytes: number }} FromWorker
 *
 * @typedef {{ type: "begin", pts: number }
 *   | { type: "sound", pts: number, splice: boolean, left: Float32Array, right: Float32Array }
 * } SoundMessage
 * @typedef {{
 *   type: "report", played: number, end: number, frame: number, sounding: boolean,
 *   underruns: number, underFrames: number, skipped: number,
 * }} PlayoutReport
 * @typedef {{ left: Float32Array, right: Float32Array, quanta: number[] }} Captured
 */

export const SUBPROTOCOL = "genmusic.v1";
export const VERSION = 1;

const HEAD_BYTES = 16;
const FULL_SCALE = 32_767;
const CODEC_OF_TYPE = /** @type {const} */ ({ 1: "opus", 2: "pcm16" });
const SPLICE = 1;
const DISCONTINUITY = 2;

/**
 * @typedef {{
 *   codec: "opus" | "pcm16", splice: boolean, discontinuity: boolean, count: number,
 *   seq: number, pts: number, body: DataView,
 * }} SoundChunk
 */

/**
 * Read the 16-byte head of a binary message.
 * @param {ArrayBuffer} message
 * @returns {SoundChunk}
 */
export function parseChunk(message) {
  if (message.byteLength < HEAD_BYTES) throw new RangeError("a binary message without its head");
  const view = new DataView(message);
  const type = view.getUint8(0);
  if (type !== 1 && type !== 2) throw new RangeError(`unknown type of binary message: ${type}`);
  const flags = view.getUint8(1);
  return {
    codec: CODEC_OF_TYPE[type],
    splice: (flags & SPLICE) !== 0,
    discontinuity: (flags & DISCONTINUITY) !== 0,
    count: view.getUint16(2, true),
    seq: view.getUint32(4, true),
    pts: Number(view.getBigUint64(8, true)),
    body: new DataView(message, HEAD_BYTES),
  };
}

/**
 * The packets of an Opus chunk: `count` times a 16-bit length and as many bytes.
 * @param {SoundChunk} chunk
 * @returns {Uint8Array<ArrayBuffer>[]}
 */
export function opusPackets({ body, count }) {
  const packets = [];
  const bytes = /** @type {ArrayBuffer} */ (body.buffer);
  let at = 0;
  for (let packet = 0; packet < count; packet += 1) {
    const length = body.getUint16(at, true); // a RangeError when the message is cut short
    packets.push(new Uint8Array(bytes, body.byteOffset + at + 2, length));
    at += 2 + length;
  }
  return packets;
}

/**
 * The two channels of a PCM chunk of interleaved 16-bit samples.
 * @param {SoundChunk} chunk
 */
export function pcmChannels({ body, count }) {
  const left = new Float32Array(count);
  const right = new Float32Array(count);
  for (let frame = 0; frame < count; frame += 1) {
    left[frame] = body.getInt16(4 * frame, true) / FULL_SCALE;
    right[frame] = body.getInt16(4 * frame + 2, true) / FULL_SCALE;
  }
  return { left, right };
}

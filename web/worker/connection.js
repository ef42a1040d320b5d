import { SUBPROTOCOL, VERSION } from "../protocol.js";
import { withChanges } from "../wishes.js";
import { CLOSE, reconnectDelayMs } from "./back-off.js";

/**
 * @import {
 *   Controls, LinkReport, Ready, ServerError, ServerMessage, Ticket, Wishes
 * } from "../protocol.js"
 */

const READY_WITHIN_MS = 8_000;
const NOBODY = "no_room"; // plays in the room: it is looked again

/**
 * @typedef {{
 *   onReady: (ready: Ready) => void,
 *   onMessage: (message: ServerMessage) => void,
 *   onChunk: (chunk: ArrayBuffer) => void,
 *   onLink: (report: LinkReport) => void,
 *   nextPts: () => number,
 *   played: () => number | undefined,
 * }} ConnectionHandlers
 */

/** The socket to the server: says hello, comes back after a loss and asks for what is missing. */
export class Connection {
  /**
   * @param {string} url
   * @param {Wishes} wishes what a new session should be
   * @param {ConnectionHandlers} handlers
   */
  constructor(url, { ticket, ...wishes }, handlers) {
    this._url = url;
    /** @type {Wishes} */
    this._wishes = wishes;
    this._handlers = handlers;
    /** @type {WebSocket | null} */
    this._socket = null;
    /** @type {Ticket | null} */
    this._ticket = ticket ?? null;
    /** @type {ServerError | null} what the server said before it closed */
    this._complaint = null;
    this._attempt = 0;
    this._restarting = false;
    this._ready = false;
    this._wanted = false;
    this._timer = 0;
  }

  /** Go on playing; the first call connects. */
  play() {
    this._wanted = true;
    if (this._ready) this.send({ type: "play" });
    else this._connect();
  }

  /** The server stops rendering; a connection that is lost meanwhile stays lost until `play`. */
  pause() {
    this._wanted = false;
    clearTimeout(this._timer);
    this.send({ type: "pause" });
  }

  /**
   * What a listener asked for is also what a next session should be.
   * @param {Controls} controls
   */
  remember(controls) {
    this._wishes = withChanges(this._wishes, controls);
  }

  /**
   * Leave this session and begin another.
   * @param {Wishes} wishes
   */
  startAnew(wishes) {
    this._wishes = { ...this._wishes, ...wishes };
    this._ticket = null;
    this._socket?.close();
  }

  /** The line is dead, though nobody has said so: leave it and come back on another at once. */
  changeLine() {
    const dead = this._socket;
    if (!dead || !this._ready) return;
    dead.onopen = dead.onmessage = dead.onclose = null;
    dead.close();
    this._lost(0);
    this.hurry();
  }

  /** There is a network again: do not wait for the next attempt. */
  hurry() {
    if (this._wanted && !this._socket) this._connect();
  }

  /** @param {{ type: string, [field: string]: unknown }} message */
  send(message) {
    if (this._ready) this._socket?.send(JSON.stringify(message));
  }

  _connect() {
    if (this._socket) return;
    clearTimeout(this._timer);
    this._handlers.onLink({ type: "link", state: "connecting" });
    const socket = new WebSocket(this._url, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this._sayHello(socket);
    socket.onmessage = ({ data }) => this._take(data);
    socket.onclose = ({ code }) => this._lost(code);
    this._socket = socket;
    this._timer = setTimeout(() => socket.close(), READY_WITHIN_MS);
  }

  /** @param {WebSocket} socket */
  _sayHello(socket) {
    const { codecs } = this._wishes;
    const next_pts = this._handlers.nextPts();
    // A page that was reloaded holds nothing: it goes on where the ear was.
    const played = this._handlers.played();
    const resume = next_pts > 0 ? { resume: { next_pts, played } } : {};
    const { room } = this._wishes;
    const session = this._ticket?.session;
    const here = room && session ? { session, ...resume } : {};
    const own = this._ticket ? { codecs, ...this._ticket, ...resume } : this._wishes;
    const hello = room ? { codecs, room, ...here } : own;
    socket.send(JSON.stringify({ type: "hello", v: VERSION, ...hello }));
  }

  /** @param {string | ArrayBuffer} data */
  _take(data) {
    if (typeof data !== "string") {
      this._handlers.onChunk(data);
      return;
    }
    /** @type {ServerMessage} */
    const message = JSON.parse(data);
    if (message.type === "ready") this._welcome(message);
    else if (message.type === "error" && message.id === undefined) this._complaint = message;
    else if (message.type === "drain") this._handlers.onLink({ type: "link", state: "restarting" });
    this._handlers.onMessage(message);
  }

  /** @param {Ready} ready */
  _welcome(ready) {
    clearTimeout(this._timer);
    this._attempt = 0;
    this._restarting = false;
    this._complaint = null;
    this._ready = true;
    this._ticket = { session: ready.session, token: ready.token };
    this._handlers.onReady(ready);
    if (!this._wanted) this.send({ type: "pause" });
    else if (ready.resumed) this.send({ type: "play" }); // it may have been left in a pause
    this._handlers.onLink({ type: "link", state: "open" });
  }

  /** @param {number} code */
  _lost(code) {
    this._restarting ||= code === CLOSE.restart;
    clearTimeout(this._timer);
    this._socket = null;
    this._ready = false;
    if (code === CLOSE.token || code === CLOSE.gone) this._ticket = null;
    const complaint = this._complaint;
    this._complaint = null;
    if (code === CLOSE.protocol || code === CLOSE.takenOver) {
      const reason = complaint?.message ?? "the connection was refused";
      this._handlers.onLink({ type: "link", state: "refused", reason });
    } else if (!this._wanted) {
      this._handlers.onLink({ type: "link", state: "asleep" });
    } else {
      const waiting = this._restarting && code === CLOSE.abnormal;
      this._comeBack(waiting ? CLOSE.restart : code, complaint);
    }
  }

  /**
   * @param {number} code
   * @param {ServerError | null} complaint
   */
  _comeBack(code, complaint) {
    const asked = complaint?.retry_after;
    const nobody = complaint?.code === NOBODY && asked !== undefined;
    const retryInMs = nobody
      ? 1_000 * asked
      : reconnectDelayMs(this._attempt, code, asked, Math.random());
    this._attempt += 1;
    this._timer = setTimeout(() => this._connect(), retryInMs);
    this._handlers.onLink({ type: "link", state: stateOf(code, complaint), retryInMs });
  }
}

/**
 * @param {number} code
 * @param {ServerError | null} complaint
 */
function stateOf(code, complaint) {
  if (complaint?.code === "full") return "full";
  if (complaint?.code === NOBODY) return "nobody";
  return code === CLOSE.restart ? "restarting" : "lost";
}

/** @import { Controls } from "../protocol.js" */

const PERIOD_MS = 100; // at most ten messages a second while a finger moves

/**
 * Sends control changes, a dragged one coalesced, and remembers at which frame each will sound.
 * What was not acknowledged when the connection broke is sent again.
 */
export class ControlSender {
  /**
   * @param {(id: number, controls: Controls) => void} send
   * @param {() => number} nowMs
   * @param {(callback: () => void, ms: number) => void} later
   */
  constructor(send, nowMs, later) {
    this._send = send;
    this._nowMs = nowMs;
    this._later = later;
    /** @type {Controls} */
    this._waiting = {};
    /** @type {Map<number, Controls>} */
    this._unanswered = new Map();
    /** @type {Map<string, number>} */
    this._landings = new Map();
    this._id = 0;
    this._lastMs = -PERIOD_MS;
    this._scheduled = false;
    this._open = false;
  }

  /** @param {Controls} controls */
  set(controls) {
    this._waiting = { ...this._waiting, ...controls };
    this._schedule();
  }

  /** @param {boolean} resumed false: a new session, which was told every control in the greeting */
  opened(resumed) {
    const lost = resumed ? [...this._unanswered.values()] : [];
    this._unanswered.clear();
    if (!resumed) this._landings.clear();
    this._waiting = Object.assign({}, ...lost, this._waiting);
    this._open = true;
    this._schedule();
  }

  closed() {
    this._open = false;
  }

  /**
   * @param {number} id
   * @param {Record<string, number>} pts
   */
  applied(id, pts) {
    this._unanswered.delete(id);
    for (const [name, frame] of Object.entries(pts)) this._landings.set(name, frame);
  }

  /** @param {number} id */
  refused(id) {
    this._unanswered.delete(id);
  }

  /** By control the frame at which its last change sounds. @type {ReadonlyMap<string, number>} */
  get landings() {
    return this._landings;
  }

  /**
   * The frame at which the last change of a control sounds, 0 when nothing is under way.
   * @param {string} name
   */
  landing(name) {
    return this._landings.get(name) ?? 0;
  }

  _schedule() {
    if (this._scheduled || !this._open || Object.keys(this._waiting).length === 0) return;
    const wait = this._lastMs + PERIOD_MS - this._nowMs();
    if (wait <= 0) {
      this._flush();
      return;
    }
    this._scheduled = true;
    this._later(() => {
      this._scheduled = false;
      this._schedule();
    }, wait);
  }

  _flush() {
    this._id += 1;
    this._lastMs = this._nowMs();
    this._unanswered.set(this._id, this._waiting);
    this._send(this._id, this._waiting);
    this._waiting = {};
  }
}

/**
 * Keyboards and controllers, as far as the browser gives them to a page.
 *
 * @typedef {[frame: number, status: number, first: number, second: number]} MidiEvent
 * @typedef {"unavailable" | "insecure" | "refused" | "broken" | "none" | "connected"} MidiState
 */

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROLLER = 0xb0;
const PROGRAM = 0xc0;
const WHEEL = 0xe0;
const TAKEN = new Set([NOTE_OFF, NOTE_ON, CONTROLLER, PROGRAM, WHEEL]);
const FRAMES_PER_MS = 48;
const FLUSH_MS = 15;
const MOST_EVENTS = 32; // in a message

/** Everything that comes from all ports, gathered into messages. */
export class MidiPorts {
  /**
   * @param {(port: string, events: MidiEvent[]) => void} onEvents
   * @param {(state: MidiState) => void} onState
   * @param {() => number} heard the frame at the ear
   */
  constructor(onEvents, onState, heard) {
    this._onEvents = onEvents;
    this._onState = onState;
    this._heard = heard;
    /** @type {MIDIAccess | null} */
    this._access = null;
    /** @type {Map<string, MidiEvent[]>} */
    this._waiting = new Map();
    this._timer = 0;
  }

  /** The names of the ports that are there. */
  get names() {
    const inputs = [...(this._access?.inputs.values() ?? [])];
    return inputs.filter(({ state }) => state === "connected").map(nameOf);
  }

  /** Ask for keyboards; the browser may ask the listener. */
  async connect() {
    if (!globalThis.isSecureContext) return this._onState("insecure");
    if (!navigator.requestMIDIAccess) return this._onState("unavailable");
    try {
      this._access = await navigator.requestMIDIAccess();
    } catch (error) {
      const refused = error instanceof DOMException && error.name !== "InvalidStateError";
      return this._onState(refused ? "refused" : "broken");
    }
    this._access.onstatechange = () => this._listen();
    this._listen();
  }

  /** Let every key of every port go. */
  panic() {
    const frame = this._frame(0);
    for (const name of this.names) {
      const off = Array.from({ length: 16 }, (_, channel) =>
        /** @type {MidiEvent} */ ([frame, CONTROLLER + channel, 123, 0]),
      );
      this._onEvents(name, off);
    }
  }

  _listen() {
    for (const input of this._access?.inputs.values() ?? []) {
      input.onmidimessage = (event) => this._take(nameOf(input), event);
    }
    this._onState(this.names.length > 0 ? "connected" : "none");
  }

  /**
   * @param {string} port
   * @param {MIDIMessageEvent} event
   */
  _take(port, { data, timeStamp }) {
    const [status = 0, first = 0, second = 0] = data ?? [];
    if (!TAKEN.has(status & 0xf0)) return;
    const frame = this._frame(Math.max(0, performance.now() - timeStamp));
    const waiting = this._waiting.get(port) ?? [];
    const kept = waiting.filter((event) => !isOutdated(event, status, first));
    this._waiting.set(port, [...kept, [frame, status, first, second]]);
    this._timer ||= setTimeout(() => this._flush(), FLUSH_MS);
  }

  /** The frame that was heard some time ago. @param {number} agoMs */
  _frame(agoMs) {
    return Math.max(0, Math.round(this._heard() - agoMs * FRAMES_PER_MS));
  }

  _flush() {
    this._timer = 0;
    for (const [port, events] of this._waiting) {
      for (let at = 0; at < events.length; at += MOST_EVENTS) {
        this._onEvents(port, events.slice(at, at + MOST_EVENTS));
      }
    }
    this._waiting.clear();
  }
}

/**
 * Of a knob or a wheel that is turned quickly the newest place is enough.
 * @param {MidiEvent} event
 * @param {number} status of what came after it
 * @param {number} first
 */
function isOutdated(event, status, first) {
  const kind = status & 0xf0;
  if (event[1] !== status) return false;
  return kind === WHEEL || (kind === CONTROLLER && event[2] === first && first < 64);
}

/** @param {MIDIInput} input */
function nameOf({ name }) {
  return (name ?? "MIDI").slice(0, 60);
}

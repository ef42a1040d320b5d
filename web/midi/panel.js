import { build, write } from "../build.js";
import { onLanguage, say, sayOr } from "../language.js";

/**
 * @import { ClientMessage } from "../protocol.js"
 * @import { MidiEvent, MidiPorts, MidiState } from "./ports.js"
 * @typedef {{ cc: number, control: string }} LearnedKnob
 * @typedef {Record<string, LearnedKnob[]>} Learned by port
 */

const ROLES = /** @type {const} */ (["harmony", "play", "melody", "answer"]);
const NAMES = ["note off", "note", "", "controller", "program", "", "wheel"];
const LAMP_MS = 120;
const LEARNED_FIRST = ["valence", "arousal"];

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** A keyboard beside the page: what is plugged in, what its keys are for, what a knob moves. */
export class MidiPanel {
  /**
   * @param {(message: ClientMessage) => void} send
   * @param {() => number} heard the frame at the ear
   * @param {Learned} learned before, in this browser
   * @param {(learned: Learned) => void} onLearned
   * @param {(control: string) => void} onLearning which control waits for a knob; "" none
   */
  constructor(send, heard, learned, onLearned, onLearning) {
    this._send = send;
    this._learned = learned;
    this._onLearned = onLearned;
    this._onLearning = onLearning;
    this._heard = heard;
    /** @type {MidiPorts | null} */
    this._ports = null;
    /** @type {MidiState | ""} */
    this._state = "";
    this._learning = "";
    this._count = 0;
    this._lamp = 0;
    /** @type {Set<string>} ports that the server was told of */
    this._told = new Set();
    this._role = /** @type {HTMLSelectElement} */ (element("midi-role"));
    this._control = /** @type {HTMLSelectElement} */ (element("midi-control"));
    element("midi-connect").addEventListener("click", () => this._connect());
    element("midi-panic").addEventListener("click", () => this._ports?.panic());
    element("midi-learn").addEventListener("click", () => this.learn(this._control.value));
    this._role.addEventListener("change", () => this._tellRole());
    for (const role of ROLES) this._role.append(build("option", { value: role }));
    onLanguage(() => this._show());
  }

  /** The controls that a knob can turn. @param {string[]} names */
  offer(names) {
    const known = [...LEARNED_FIRST, ...names.filter((name) => !LEARNED_FIRST.includes(name))];
    this._control.replaceChildren(...known.map((name) => build("option", { value: name })));
    this._show();
  }

  /** A connection begins: the server knows nothing of keyboards yet. */
  begin() {
    this._told.clear();
    if (this._state === "connected") this._tellRole();
    if (this._learning) this._send({ type: "learn", control: this._learning });
  }

  /** The server gave a knob to a control. @param {{ port: string } & LearnedKnob} found */
  hearLearned({ port, cc, control }) {
    const others = (this._learned[port] ?? []).filter((knob) => knob.cc !== cc);
    this._learned = { ...this._learned, [port]: [...others, { cc, control }] };
    this._onLearned(this._learned);
    this._wait("");
    write(element("midi-text"), say("midi.learned", cc, nameOf(control)));
  }

  /** Most listeners have no keyboard: what reads one is loaded when it is asked for. */
  async _connect() {
    const { MidiPorts } = await import("./ports.js");
    this._ports ??= new MidiPorts(
      (port, events) => this._take(port, events),
      (state) => this._enter(state),
      this._heard,
    );
    await this._ports.connect();
  }

  /** Give the next knob that is turned to a control; asked again: to none. @param {string} control */
  learn(control) {
    this._wait(this._learning === control ? "" : control);
    this._send({ type: "learn", control: this._learning });
  }

  /** @param {string} control */
  _wait(control) {
    this._learning = control;
    if (control) this._control.value = control;
    this._onLearning(control);
    this._show();
  }

  _tellRole() {
    this._send({ type: "role", role: /** @type {typeof ROLES[number]} */ (this._role.value) });
    this._show();
  }

  /**
   * @param {string} port
   * @param {MidiEvent[]} events
   */
  _take(port, events) {
    if (!this._told.has(port)) {
      this._told.add(port);
      if (this._told.size === 1) this._tellRole();
      const knobs = this._learned[port] ?? [];
      if (knobs.length > 0) this._send({ type: "knobs", port, knobs });
    }
    this._send({ type: "midi", port, events });
    this._count += events.length;
    const [, status, first, second] = events[events.length - 1];
    const name = NAMES[(status >> 4) - 8];
    write(element("midi-activity"), `${name} ${first} ${second} · ${this._count}`);
    element("midi").classList.add("active");
    clearTimeout(this._lamp);
    this._lamp = setTimeout(() => element("midi").classList.remove("active"), LAMP_MS);
  }

  /** @param {MidiState} state */
  _enter(state) {
    const news = state === "connected" && this._state !== "connected";
    this._state = state;
    this._show();
    if (news) this._tellRole();
  }

  _show() {
    const connected = this._state === "connected";
    element("midi-connect").hidden = connected || this._state === "none";
    element("midi-tools").hidden = !connected;
    element("backstage").classList.toggle("with-keyboard", connected);
    const detail = connected ? this._ports?.names.join(", ") : "";
    write(element("midi-text"), this._state ? say(`midi.${this._state}`, detail ?? "") : say("midi.idle"));
    write(element("midi-hint"), say(`midi.hint.${roleOf(this._role.value)}`));
    write(element("midi-learn"), say(this._learning ? "midi.turn" : "midi.learn"));
    element("midi-learn").setAttribute("aria-pressed", String(this._learning !== ""));
    for (const option of this._role.options)
      write(option, say(`midi.role.${roleOf(option.value)}`));
    for (const option of this._control.options) write(option, nameOf(option.value));
  }
}

/** @param {string} value */
function roleOf(value) {
  return ROLES.find((role) => role === value) ?? ROLES[0];
}

/** @param {string} control */
function nameOf(control) {
  return sayOr(`by.${control}`, sayOr(`control.${control}`, control));
}

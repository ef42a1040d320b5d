import { buildKnob } from "./knob.js";
import { Mixer } from "./mixer.js";

/**
 * @import { Due } from "../field/landings.js"
 * @import { Controls } from "../protocol.js"
 * @import { ControlInfo, Knob, OnChange, Value } from "./knob.js"
 */

/** What has its own place on the page, or is the affair of a player's hands. */
const ELSEWHERE = new Set(["valence", "arousal", "style", "tune_low", "tune_high", "call", "bend"]);

/** A knob for every row of the server's table: what is new there appears here by itself. */
export class ControlPanel {
  /**
   * @param {HTMLElement} knobs
   * @param {HTMLElement} mixer
   * @param {(changes: Controls) => void} onChange
   * @param {(name: string) => void} onLearn a knob of a keyboard is wanted for a control
   */
  constructor(knobs, mixer, onChange, onLearn) {
    this._place = knobs;
    this._onChange = onChange;
    this._onLearn = onLearn;
    this._mixer = new Mixer(mixer);
    /** @type {Map<string, Knob>} */
    this._knobs = new Map();
    /** @type {Controls} */
    this.defaults = {};
    /** @type {string[]} */
    this._turned = [];
    /** @type {Controls} */
    this._waiting = {};
    this._cue = "";
  }

  /** Ask the server what there is to turn. */
  async load() {
    const answer = await fetch("/api/v1/controls");
    if (!answer.ok) throw new Error(`the table of controls came with status ${answer.status}`);
    for (const row of await answer.json()) this._add(row);
    this.show(this._waiting);
  }

  /**
   * Show values without telling anyone.
   * @param {Controls} controls
   */
  show(controls) {
    this._waiting = controls;
    for (const [name, value] of Object.entries(controls)) this._knobs.get(name)?.show(value);
  }

  /**
   * @param {string} name
   * @param {Due | null} due
   */
  showLanding(name, due) {
    this._knobs.get(name)?.showLanding(due);
  }

  /**
   * What style and mood decided where nothing is set.
   * @param {Record<string, number>} parameters
   */
  showActual(parameters) {
    for (const [name, value] of Object.entries(parameters))
      this._knobs.get(name)?.showActual(value);
  }

  /** A cue that is done is no longer asked for. @param {string} cue of the bar that is heard */
  showCue(cue) {
    if (cue === this._cue) return;
    this._cue = cue;
    this._knobs.get("cue")?.show(cue || null);
  }

  /** @param {string} wanted the control that waits for a knob of a keyboard; "" for none */
  showLearning(wanted) {
    for (const [name, knob] of this._knobs) knob.showLearning(name === wanted);
  }

  /** The controls that a knob can turn. */
  get turned() {
    return this._turned;
  }

  /** Everything as it was made, besides mood and style. */
  reset() {
    const changes = Object.fromEntries(
      [...this._knobs.keys()].map((name) => [name, this.defaults[name]]),
    );
    this.show(changes);
    this._onChange(changes);
  }

  /**
   * Only what the server knows.
   * @param {Controls} controls
   */
  known(controls) {
    return Object.fromEntries(Object.entries(controls).filter(([name]) => name in this.defaults));
  }

  /** @param {ControlInfo} info */
  _add(info) {
    this.defaults[info.name] = info.default;
    if (info.kind === "number" && !info.name.includes(".")) this._turned.push(info.name);
    if (ELSEWHERE.has(info.name)) return;
    /** @type {OnChange} */
    const change = (name, /** @type {Value} */ value) => this._onChange({ [name]: value });
    const knob = info.name.includes(".")
      ? this._mixer.add(info, change)
      : buildKnob(info, change, this._onLearn);
    this._knobs.set(info.name, knob);
    if (!info.name.includes(".")) this._place.append(knob.element);
  }
}

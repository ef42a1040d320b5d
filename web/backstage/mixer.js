import { build } from "../build.js";
import { asSentence, onLanguage, say, sayOr } from "../language.js";
import { buildKnob } from "./knob.js";

/** @import { ControlInfo, Knob, OnChange } from "./knob.js" */

/** What the knobs of a part are called, and in a word of one letter. */
const NAMES = /** @type {const} */ ({
  level_db: ["part.level", ""],
  mute: ["part.mute", "M"],
  solo: ["part.solo", "S"],
});

/** A row for each part: its level, silent, alone, and whatever else the table has. */
export class Mixer {
  /** @param {HTMLElement} container */
  constructor(container) {
    this._container = container;
    /** @type {Map<string, HTMLElement>} */
    this._rows = new Map();
  }

  /**
   * @param {ControlInfo} info of a control "part.what"
   * @param {OnChange} onChange
   * @returns {Knob}
   */
  add(info, onChange) {
    const [part, what] = info.name.split(".");
    const knob = buildKnob(info, onChange);
    this._row(part).append(knob.element);
    knob.element.dataset.what = what;
    if (!(what in NAMES)) return knob;
    const [word, letter] = NAMES[/** @type {keyof typeof NAMES} */ (what)];
    onLanguage(() => {
      knob.input.setAttribute("aria-label", say(word, partName(part)));
      const name = knob.element.querySelector(".name");
      if (name) name.textContent = letter;
      knob.element.title = say(word, partName(part));
    });
    return knob;
  }

  /** @param {string} part */
  _row(part) {
    let row = this._rows.get(part);
    if (!row) {
      const name = build("span", { class: "part" });
      onLanguage(() => (name.textContent = partName(part)));
      row = build("div", { class: "strip", role: "group", "data-part": part }, name);
      this._rows.set(part, row);
      this._container.append(row);
    }
    return row;
  }
}

/** @param {string} part */
function partName(part) {
  return sayOr(`part.${part}`, asSentence(part));
}

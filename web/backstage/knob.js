import { build, icon, write } from "../build.js";
import { asSentence, onLanguage, say, sayOr } from "../language.js";

/** @import { Due } from "../field/landings.js" */

/**
 * @typedef {number | string | boolean | null} Value
 * @typedef {{
 *   name: string, text: string, kind: "number" | "choice" | "switch" | "name" | "phrase", unit: string,
 *   default: Value, low: number, high: number, choices: string[], lands: string,
 * }} ControlInfo a row of the server's table of controls
 * @typedef {(name: string, value: Value) => void} OnChange
 * @typedef {(name: string) => void} OnLearn
 * @typedef {{
 *   element: HTMLElement, input: HTMLElement, show: (value: Value) => void,
 *   showActual: (value: number) => void, showLearning: (learning: boolean) => void,
 *   showLanding: (due: Due | null) => void,
 * }} Knob
 */

const STEPS = 200; // of a slider from end to end
const WHOLE = new Set(["bpm", "bars", "semitones"]); // units in which a step is 1

/**
 * A knob for a row of the table, whatever it is.
 * @param {ControlInfo} info
 * @param {OnChange} onChange
 * @param {OnLearn | null} onLearn null: no knob of a keyboard can turn it
 * @returns {Knob}
 */
export function buildKnob(info, onChange, onLearn = null) {
  const name = build("span", { class: "name" });
  const due = build("small", { class: "due" });
  const output = build("span", { class: "output" });
  const { input, show } = INPUTS[info.kind](info, (value) => {
    onChange(info.name, value);
    present(value);
  });
  const label = build("label", { class: "knob", "data-kind": info.kind }, name, due, output, input);
  onLanguage(() => {
    write(name, sayOr(`control.${info.name}`, plainName(info.name)));
    label.title = info.text;
  });

  const auto =
    info.default === null && info.kind === "number"
      ? buildAuto(() => {
          onChange(info.name, null);
          present(null);
        })
      : null;
  const learn = onLearn && info.kind === "number" ? buildLearn(info.name, onLearn) : null;
  let unset = false;

  /** @param {Value} value */
  function present(value) {
    unset = value === null;
    show(value);
    write(output, info.kind === "number" ? inUnits(value, info.unit) : "");
    auto?.setAttribute("aria-pressed", String(unset));
    input.classList.toggle("unset", unset);
  }

  /** Style and mood decided this. @param {number} value */
  function showActual(value) {
    if (!auto || !unset || document.activeElement === input || value < info.low) return;
    show(value);
    write(output, inUnits(value, info.unit));
  }

  present(info.default);
  return {
    element:
      auto || learn
        ? build("div", { class: "knob-row" }, label, ...[auto, learn].filter((each) => each !== null))
        : label,
    input,
    show: present,
    showActual,
    showLearning: (learning) => learn?.setAttribute("aria-pressed", String(learning)),
    showLanding: (landing) => write(due, landing ? say("soon", landing.seconds) : ""),
  };
}

/**
 * @typedef {(info: ControlInfo, onInput: (value: Value) => void) =>
 *   { input: HTMLElement, show: (value: Value) => void }} BuildInput
 */

/** @type {BuildInput} */
function buildSlider({ low, high, unit, default: usual }, onInput) {
  const step = String(WHOLE.has(unit) ? 1 : (high - low) / STEPS);
  const input = build("input", { type: "range", min: String(low), max: String(high), step });
  input.addEventListener("input", () => onInput(input.valueAsNumber));
  return {
    input,
    show: (value) => {
      input.valueAsNumber = Number(value ?? usual ?? (low + high) / 2);
      input.style.setProperty("--level", `${(100 * (input.valueAsNumber - low)) / (high - low)}%`);
    },
  };
}

/** @type {BuildInput} */
function buildSelect({ choices, default: usual }, onInput) {
  const auto = build("option", { value: "" });
  onLanguage(() => write(auto, say("auto")));
  const options = choices.map((choice) => build("option", { value: choice }, choice));
  const input = build("select", {}, ...(usual === null ? [auto] : []), ...options);
  input.addEventListener("change", () => onInput(input.value || null));
  return { input, show: (value) => (input.value = String(value ?? "")) };
}

/** @type {BuildInput} */
function buildSwitch(_info, onInput) {
  const input = build("input", { type: "checkbox", role: "switch" });
  input.addEventListener("change", () => onInput(input.checked));
  return { input, show: (value) => (input.checked = value === true) };
}

/** @type {BuildInput} */
function buildText(_info, onInput) {
  const input = build("input", { type: "text", maxlength: "64" });
  input.addEventListener("change", () => onInput(input.value));
  return { input, show: (value) => (input.value = String(value ?? "")) };
}

const INPUTS = { number: buildSlider, choice: buildSelect, switch: buildSwitch, name: buildText, phrase: buildText };

/**
 * Gives the next knob that is turned on a keyboard to a control; shown while there is a keyboard.
 * @param {string} name
 * @param {OnLearn} onLearn
 */
function buildLearn(name, onLearn) {
  const attributes = { class: "learn", type: "button", "aria-pressed": "false" };
  const button = build("button", attributes, icon("learn"));
  button.addEventListener("click", () => onLearn(name));
  onLanguage(() => {
    const text = say("midi.learnOne", sayOr(`control.${name}`, plainName(name)));
    button.setAttribute("aria-label", text);
    button.title = text;
  });
  return button;
}

/** A number that may be left to style and mood has a button for that. @param {() => void} onAuto */
function buildAuto(onAuto) {
  const auto = build("button", { type: "button", class: "auto" });
  onLanguage(() => write(auto, say("auto")));
  auto.addEventListener("click", onAuto);
  return auto;
}

const UNITS = /** @type {Record<string, (value: number) => string>} */ ({
  "0..1": (value) => `${Math.round(100 * value)} %`,
  "-1..1": (value) => signed(Math.round(100 * value), "%"),
  dB: (value) => signed(Math.round(10 * value) / 10, "dB"),
});

/**
 * @param {Value} value
 * @param {string} unit
 */
function inUnits(value, unit) {
  if (typeof value !== "number") return say("auto");
  return UNITS[unit]?.(value) ?? `${Math.round(value)} ${unit}`;
}

/**
 * @param {number} value
 * @param {string} unit
 */
function signed(value, unit) {
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value)} ${unit}`;
}

/** A name as a person writes it: "tempo_bpm" is "Tempo". @param {string} name */
function plainName(name) {
  const words = name.replace(/_(bpm|db|hz|seconds)$/, "").replaceAll(/[._]/g, " ");
  return asSentence(words);
}

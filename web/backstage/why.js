import { build } from "../build.js";
import { inWords } from "../field/mood.js";
import { onLanguage, say, sayOr } from "../language.js";

/**
 * @import { Controls, Notes } from "../protocol.js"
 * @import { Word } from "../language.js"
 */

/**
 * How each parameter of the music is told, and from where to where it may lie; `own` is the
 * control that, once set, decides alone.
 */
const PARAMETERS = /** @type {Record<string, {
  low: number, high: number, tell: (value: number) => string, own?: string }>} */ ({
  tempo_bpm: { low: 40, high: 200, tell: (value) => `${Math.round(value)} bpm`, own: "tempo_bpm" },
  major_share: { low: 0, high: 1, tell: percent },
  register_shift: {
    low: -12,
    high: 12,
    tell: (value) => `${value > 0 ? "+" : ""}${Math.round(value)}`,
  },
  notes_per_second: { low: 0, high: 6, tell: (value) => value.toFixed(1) },
  density: { low: 0, high: 1, tell: percent },
  gate: { low: 0, high: 1, tell: percent },
  velocity: { low: 1, high: 127, tell: (value) => String(Math.round(value)) },
  dissonance: { low: 0, high: 1, tell: percent },
});

/** From the mood to the music: what each bar was asked to be, and by what. */
export class Why {
  /**
   * @param {HTMLElement} container
   * @param {Word} empty what there is to say before a bar is heard
   */
  constructor(container, empty) {
    this._container = container;
    this._told = "";
    this._explain = () => this._fill([build("p", {}, say(empty))]);
    onLanguage(() => {
      this._told = "";
      this._explain();
    });
  }

  /**
   * @param {Notes | undefined} bar that is heard
   * @param {Controls} controls
   * @param {Record<string, string>} causes by parameter the control that it follows
   */
  show(bar, controls, causes) {
    if (!bar) return;
    const news = JSON.stringify([bar.bar, controls, causes]);
    if (news === this._told) return;
    this._told = news;
    this._explain = () => this.show(bar, controls, causes);
    const mood = { valence: Number(controls.valence), arousal: Number(controls.arousal) };
    const rows = Object.keys(PARAMETERS).filter((name) => name in bar.parameters);
    this._fill([
      build(
        "p",
        {},
        `${say("why.mood")} `,
        build("b", {}, inWords(mood).toLowerCase()),
        `, ${say("why.music")}`,
      ),
      build(
        "dl",
        {},
        ...rows.map((name) => row(name, bar.parameters[name], cause(name, controls, causes))),
      ),
    ]);
  }

  /** @param {Node[]} content */
  _fill(content) {
    this._container.replaceChildren(...content);
  }
}

/**
 * @param {string} name
 * @param {Controls} controls
 * @param {Record<string, string>} causes
 */
function cause(name, controls, causes) {
  const { own } = PARAMETERS[name];
  if (own && (controls[own] ?? null) !== null) return say("why.you");
  const by = causes[name] ?? "";
  return by ? say("why.by", sayOr(`by.${by}`, by)) : "";
}

/**
 * @param {string} name
 * @param {number} value
 * @param {string} because
 */
function row(name, value, because) {
  const { low, high, tell } = PARAMETERS[name];
  const meter = build("i", { class: "meter", "aria-hidden": "true" });
  meter.style.setProperty("--level", `${(100 * (value - low)) / (high - low)}%`);
  return build(
    "div",
    {},
    build("dt", {}, sayOr(`why.${name}`, name), build("small", {}, because)),
    build("dd", {}, meter, build("b", {}, tell(value))),
  );
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(100 * share)} %`;
}

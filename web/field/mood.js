import { asSentence, say } from "../language.js";

/**
 * @import { Word } from "../language.js"
 * @typedef {{ valence: number, arousal: number }} Mood both −1..1
 * @typedef {{ name: Word, valence: number, arousal: number }} Region
 */

/** The named regions of the field and their centres. @type {readonly Region[]} */
export const REGIONS = [
  { name: "tense", valence: -0.85, arousal: 0.85 },
  { name: "driven", valence: 0, arousal: 0.9 },
  { name: "bright", valence: 0.85, arousal: 0.85 },
  { name: "dark", valence: -0.85, arousal: -0.85 },
  { name: "tender", valence: 0, arousal: -0.9 },
  { name: "calm", valence: 0.85, arousal: -0.85 },
];

/** @param {number} value */
export function clampToRange(value) {
  return Math.min(1, Math.max(-1, Math.round(value * 1000) / 1000));
}

/**
 * The mood among other things, which may come from anywhere.
 * @param {Record<string, unknown>} things
 * @returns {Mood}
 */
export function moodOf({ valence, arousal }) {
  return {
    valence: clampToRange(Number(valence) || 0),
    arousal: clampToRange(Number(arousal) || 0),
  };
}

/**
 * The region a mood lies in, "" in the middle.
 * @param {Mood} mood
 */
export function regionOf({ valence, arousal }) {
  const distance = (/** @type {Region} */ region) =>
    Math.hypot(region.valence - valence, region.arousal - arousal);
  const nearest = REGIONS.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  return distance(nearest) < 0.7 ? nearest.name : "";
}

const DEGREES = /** @type {const} */ ([
  [0.15, undefined],
  [0.45, "aLittle"],
  [0.75, "rather"],
  [Infinity, "very"],
]);

/**
 * A value for the ear: "rather bright, 60 percent".
 * @param {number} value −1..1
 * @param {Word} low what the negative side is called
 * @param {Word} high what the positive side is called
 */
export function describe(value, low, high) {
  const percent = say("percent", Math.round(Math.abs(value) * 100));
  return `${words(value, low, high) || say("middle")}, ${percent}`;
}

/**
 * A mood in words: "Rather bright, a little driven".
 * @param {Mood} mood
 */
export function inWords({ valence, arousal }) {
  const said = [words(valence, "dark", "bright"), words(arousal, "calm", "driven")];
  const text = said.filter((part) => part !== "").join(", ") || say("balanced");
  return asSentence(text);
}

/**
 * @param {number} value
 * @param {Word} low
 * @param {Word} high
 */
function words(value, low, high) {
  const degree = DEGREES.find(([limit]) => Math.abs(value) < limit)?.[1];
  return degree === undefined ? "" : say(degree, say(value < 0 ? low : high));
}

// Hue in degrees of OKLCH: blue, violet, through rose to amber.
const HUE = { dark: 240, middle: 292, bright: 430 };
const CHROMA = { calm: 0.045, excited: 0.165 };

/**
 * The colour of a mood: valence is its hue, arousal its saturation.
 * @param {Mood} mood
 */
export function colourOf({ valence, arousal }) {
  const reach = valence < 0 ? HUE.middle - HUE.dark : HUE.bright - HUE.middle;
  const chroma = CHROMA.calm + ((CHROMA.excited - CHROMA.calm) * (arousal + 1)) / 2;
  return { hue: HUE.middle + reach * valence, chroma };
}

import { draw } from "../build.js";

/** @typedef {{ beats: number, parts: Record<string, [start: number, end: number, pitch: number][]> }} Sketch */

const WIDTH = 160;
const HEIGHT = 56;
const PITCHES = { low: 34, high: 86 };
const DRUM_ROWS = { top: HEIGHT - 3, step: 3.5 };
const GAP = 0.8; // px between a note and the next
/** How thick each part is drawn; the rest of its look is in the style sheet. */
const THICKNESS = /** @type {Record<string, number>} */ ({
  pad: 5, comp: 2, bass: 3.2, drums: 1.8, counter: 2.6, melody: 3.2,
});

/**
 * A picture of a style, drawn from notes it wrote; it fills when they arrive.
 * @param {string} name
 */
export function drawPattern(name) {
  const box = `0 0 ${WIDTH} ${HEIGHT}`;
  const picture = draw("svg", { class: "pattern", viewBox: box, preserveAspectRatio: "none", "aria-hidden": "true" });
  fillIn(picture, name).catch((error) => console.info(`no picture of ${name}:`, error));
  return picture;
}

/**
 * @param {Element} picture
 * @param {string} name
 */
async function fillIn(picture, name) {
  const answer = await fetch(`/api/v1/styles/${encodeURIComponent(name)}/sketch`);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  /** @type {Sketch} */
  const { beats, parts } = await answer.json();
  for (const [part, thickness] of Object.entries(THICKNESS)) {
    const path = (parts[part] ?? []).map((note) => stroke(part, note, beats, thickness)).join("");
    if (path) picture.append(draw("path", { class: part, d: path, "stroke-width": thickness }));
  }
}

/**
 * @param {string} part
 * @param {[start: number, end: number, pitch: number]} note
 * @param {number} beats
 * @param {number} thickness
 */
function stroke(part, [start, end, pitch], beats, thickness) {
  const from = (start / beats) * WIDTH + thickness / 2;
  const reach = part === "drums" ? 0.01 : ((end - start) / beats) * WIDTH - thickness - GAP;
  const length = Math.min(Math.max(0.01, reach), WIDTH - from - thickness / 2);
  return `M${from.toFixed(1)} ${height(part, pitch).toFixed(1)}h${length.toFixed(2)}`;
}

/**
 * @param {string} part
 * @param {number} pitch
 */
function height(part, pitch) {
  if (part === "drums") return DRUM_ROWS.top - DRUM_ROWS.step * (pitch < 38 ? 0 : pitch < 42 ? 1 : 2);
  const share = (pitch - PITCHES.low) / (PITCHES.high - PITCHES.low);
  return 4 + (1 - Math.min(1, Math.max(0, share))) * (HEIGHT - 20);
}

import { draw } from "../build.js";

/**
 * @typedef {[start: number, end: number, pitch: number]} SketchNote in quarter notes
 * @typedef {{ beats: number, parts: Record<string, SketchNote[]> }} Sketch
 */

const WIDTH = 160;
const HEIGHT = 56;
const BAND = { top: 5, bottom: 41 }; // of pitches; drums stand below
const DRUM_ROWS = { low: 53, step: 3.5 };
const GAP = 0.8; // px between a note and the next
/** How thick each part is drawn, from back to front; the rest of its look is in the style sheet. */
const THICKNESS = /** @type {Record<string, number>} */ ({
  pad: 5,
  comp: 1.8,
  drums: 1.8,
  bass: 3,
  counter: 2.2,
  melody: 2.8,
});

/**
 * A picture of a style, drawn from notes it wrote; it fills when they arrive.
 * @param {string} name
 */
export function drawPattern(name) {
  const picture = draw("svg", {
    class: "pattern",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
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
  const { drums: _, ...pitched } = parts;
  const pitches = Object.values(pitched).flatMap((notes) => notes.map(([, , pitch]) => pitch));
  const range = { low: Math.min(...pitches), high: Math.max(...pitches) };
  for (const [part, thickness] of Object.entries(THICKNESS)) {
    const y = part === "drums" ? drumRow : (/** @type {number} */ pitch) => height(pitch, range);
    const strokes = (parts[part] ?? []).map(([start, end, pitch]) => {
      const from = (start / beats) * WIDTH + thickness / 2;
      const length = part === "drums" ? 0 : ((end - start) / beats) * WIDTH - thickness - GAP;
      const shown = Math.min(Math.max(0.01, length), WIDTH - from - thickness / 2);
      return `M${from.toFixed(1)} ${y(pitch).toFixed(1)}h${shown.toFixed(2)}`;
    });
    const path = { class: part, d: strokes.join(""), "stroke-width": thickness };
    if (strokes.length > 0) picture.append(draw("path", path));
  }
}

/** @param {number} pitch */
function drumRow(pitch) {
  return DRUM_ROWS.low - DRUM_ROWS.step * (pitch < 38 ? 0 : pitch < 42 ? 1 : 2);
}

/**
 * @param {number} pitch
 * @param {{ low: number, high: number }} range
 */
function height(pitch, { low, high }) {
  return BAND.bottom - ((pitch - low) / Math.max(12, high - low)) * (BAND.bottom - BAND.top);
}

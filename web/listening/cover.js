import { colourOf } from "../field/mood.js";

/** @import { Mood } from "../field/mood.js" */
/** @import { Notes } from "../protocol.js" */

const SIZE = 512;
const BARS = 4;
const PITCHES = { low: 30, high: 90 };
const THICKNESS = /** @type {Record<string, number>} */ ({
  pad: 30,
  comp: 9,
  bass: 14,
  counter: 12,
  melody: 16,
});
const HUES = /** @type {Record<string, number>} */ ({ pad: -24, bass: -44, melody: 4 });

/**
 * A cover for a piece: its first bars, in the colour of the mood it was begun in.
 * @param {Notes[]} bars
 * @param {Mood} mood
 * @returns {Promise<Blob | null>}
 */
export function drawCover(bars, mood) {
  const element = document.createElement("canvas");
  element.width = element.height = SIZE;
  const canvas = /** @type {CanvasRenderingContext2D} */ (element.getContext("2d"));
  const { hue, chroma } = colourOf(mood);
  const light = { x: ((mood.valence + 1) / 2) * SIZE, y: ((1 - mood.arousal) / 2) * SIZE };
  const ground = canvas.createRadialGradient(light.x, light.y, 0, light.x, light.y, 1.2 * SIZE);
  ground.addColorStop(0, `oklch(0.5 ${chroma * 1.1} ${hue})`);
  ground.addColorStop(1, `oklch(0.2 ${chroma * 0.3} ${hue})`);
  canvas.fillStyle = ground;
  canvas.fillRect(0, 0, SIZE, SIZE);
  const shown = bars.slice(0, BARS);
  const from = shown[0]?.pts ?? 0;
  const scale = SIZE / ((shown.at(-1)?.end ?? 1) - from);
  for (const [part, thickness] of Object.entries(THICKNESS)) {
    canvas.globalAlpha = part === "pad" ? 0.22 : 0.85;
    canvas.fillStyle = `oklch(0.86 ${chroma} ${hue + (HUES[part] ?? 12)})`;
    for (const [start, end, pitch] of shown.flatMap((bar) => bar.parts[part] ?? [])) {
      const share = (pitch - PITCHES.low) / (PITCHES.high - PITCHES.low);
      const length = Math.max(thickness, (end - start) * scale - 3);
      canvas.beginPath();
      canvas.roundRect(
        (start - from) * scale,
        (1 - share) * SIZE,
        length,
        thickness,
        thickness / 2,
      );
      canvas.fill();
    }
  }
  return new Promise((resolve) => element.toBlob(resolve, "image/png"));
}

import { Lattice } from "./lattice.js";
import { colourOf } from "./mood.js";
import { PianoRoll } from "./piano-roll.js";

/** @import { MoodPad } from "./mood-pad.js" */
/** @import { ScoreTimeline } from "./score-timeline.js" */

const SHARPEST = 2; // device pixels per px: more costs time and shows nothing
const STILL_MS = 250; // between pictures where motion is unwelcome: the texts go on
// Lightness in OKLCH of marks and of text, by night and by day.
const NIGHT = { lightness: 0.86, textLightness: 0.86 };
const DAY = { lightness: 0.5, textLightness: 0.42 };

const stillness = matchMedia("(prefers-reduced-motion: reduce)");
const daylight = matchMedia("(prefers-color-scheme: light)");

/** Everything that moves: it runs while there is music or a gliding light, and rests otherwise. */
export class Stage {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {MoodPad} pad
   * @param {ScoreTimeline} timeline
   * @param {() => { heard: number, sounding: boolean }} observe what is at the listener's ear
   * @param {(heard: number) => void} onFrame called once for each picture
   */
  constructor(canvas, pad, timeline, observe, onFrame) {
    this._element = canvas;
    this._canvas = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this._pad = pad;
    this._timeline = timeline;
    this._observe = observe;
    this._onFrame = onFrame;
    this._lattice = new Lattice(this._canvas, (mood) => pad.place(mood));
    this._roll = new PianoRoll(this._canvas, timeline);
    this._glow = /** @type {HTMLElement} */ (document.querySelector(".glow"));
    this._size = { width: 0, height: 0 };
    this._running = false;
    this._lastMs = 0;
    this._pulse = 1;
    new ResizeObserver(() => this._resize()).observe(canvas);
    daylight.addEventListener("change", () => this.wake());
  }

  /** Draw again, as long as anything moves. */
  wake() {
    if (this._running) return;
    this._running = true;
    this._lastMs = performance.now();
    this._next();
  }

  _next() {
    if (stillness.matches) setTimeout(() => this._frame(performance.now()), STILL_MS);
    else requestAnimationFrame((nowMs) => this._frame(nowMs));
  }

  _resize() {
    const { clientWidth: width, clientHeight: height } = this._element;
    const sharpness = Math.min(SHARPEST, devicePixelRatio);
    this._size = { width, height };
    this._element.width = width * sharpness;
    this._element.height = height * sharpness;
    this._canvas.scale(sharpness, sharpness);
    this._draw(this._observe().heard, performance.now());
    this.wake();
  }

  /** @param {number} nowMs */
  _frame(nowMs) {
    const { heard, sounding } = this._observe();
    const gliding = this._pad.glide(stillness.matches ? Infinity : nowMs - this._lastMs);
    this._lastMs = nowMs;
    const trailing = this._draw(heard, nowMs);
    this._onFrame(heard);
    this._running = sounding || gliding || trailing;
    if (this._running) this._next();
  }

  /**
   * @param {number} heard
   * @param {number} nowMs
   * @returns {boolean} whether the trail of the light is still fading
   */
  _draw(heard, nowMs) {
    const { hue, chroma } = colourOf(this._pad.shown);
    const ink = { hue, chroma, ...(daylight.matches ? DAY : NIGHT) };
    this._canvas.clearRect(0, 0, this._size.width, this._size.height);
    const trailing = this._lattice.draw(this._size, this._pad.shown, ink, nowMs);
    const strike = this._roll.draw(this._size, this._pictured(heard), ink);
    this._colour(hue, chroma);
    this._moveLight(this._pad.place(this._pad.shown), strike);
    return trailing;
  }

  /**
   * Where motion is unwelcome the picture stands still and changes with the phrase.
   * @param {number} heard
   */
  _pictured(heard) {
    if (!stillness.matches) return heard;
    const phrase = this._timeline.barAt(heard)?.phrase;
    return this._timeline.bars.find((bar) => bar.phrase === phrase)?.pts ?? heard;
  }

  /**
   * @param {number} hue
   * @param {number} chroma
   */
  _colour(hue, chroma) {
    const { style } = document.documentElement;
    const [newHue, newChroma] = [hue.toFixed(1), chroma.toFixed(4)];
    if (style.getPropertyValue("--hue") !== newHue) style.setProperty("--hue", newHue);
    if (style.getPropertyValue("--chroma") !== newChroma) style.setProperty("--chroma", newChroma);
  }

  /**
   * @param {{ x: number, y: number }} light
   * @param {number} strike
   */
  _moveLight({ x, y }, strike) {
    this._pad.light.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    const { left, top } = this._element.getBoundingClientRect();
    this._glow.style.transform = `translate(${(left + x).toFixed(0)}px, ${(top + y).toFixed(0)}px)`;
    this._pulse += 0.25 * ((stillness.matches ? 1 : 1 + 0.22 * strike) - this._pulse);
    this._pad.light.style.setProperty("--pulse", this._pulse.toFixed(3));
  }
}

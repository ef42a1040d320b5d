import { onLanguage, say } from "../language.js";
import { clampToRange, describe, REGIONS, regionOf } from "./mood.js";

/** @import { Mood } from "./mood.js" */
/** @import { Due } from "./landings.js" */

const INSET = { x: 44, y: 52 }; // px kept free at the edges for the names of the regions
const STEP = 0.1;
const SMALL_STEP = 0.02;
const MARGIN = { x: 72, y: 96 }; // px to the edge of the field below which a text steps aside
const GLIDE_MS = 90; // the light follows the finger with this time constant

/** @type {Record<string, Mood>} */
const ARROWS = {
  ArrowLeft: { valence: -1, arousal: 0 },
  ArrowRight: { valence: 1, arousal: 0 },
  ArrowDown: { valence: 0, arousal: -1 },
  ArrowUp: { valence: 0, arousal: 1 },
};

/**
 * The field in which the light moves: for a finger one gesture, for a screen reader two sliders,
 * for the keyboard the arrow keys.
 */
export class MoodPad {
  /**
   * @param {HTMLElement} field
   * @param {(changes: Partial<Mood>) => void} onChange the listener moved the light
   */
  constructor(field, onChange) {
    this._field = field;
    this._onChange = onChange;
    this._light = /** @type {HTMLElement} */ (field.querySelector(".light"));
    this._valence = /** @type {HTMLInputElement} */ (field.querySelector("#valence"));
    this._arousal = /** @type {HTMLInputElement} */ (field.querySelector("#arousal"));
    this._ring = /** @type {SVGElement} */ (field.querySelector("#countdown"));
    this._landing = /** @type {HTMLElement} */ (field.querySelector("#landing"));
    /** @type {HTMLElement[]} */
    this._names = [];
    /** @type {Mood} */
    this.mood = { valence: 0, arousal: 0 };
    /** Where the light is seen: it glides to the mood. @type {Mood} */
    this.shown = { valence: 0, arousal: 0 };
    this._nameRegions(/** @type {HTMLElement} */ (field.querySelector(".regions")));
    this._listen();
    onLanguage(() => this.show(this.mood));
  }

  /**
   * Set the mood without telling anyone.
   * @param {Mood} mood
   */
  show(mood) {
    this.mood = { valence: clampToRange(mood.valence), arousal: clampToRange(mood.arousal) };
    const { valence, arousal } = this.mood;
    this._valence.valueAsNumber = valence;
    this._arousal.valueAsNumber = arousal;
    this._valence.setAttribute("aria-valuetext", describe(valence, "dark", "bright"));
    this._arousal.setAttribute("aria-valuetext", describe(arousal, "calm", "driven"));
    const region = regionOf(this.mood);
    for (const [index, { name }] of REGIONS.entries()) {
      this._names[index].textContent = say(name);
      this._names[index].classList.toggle("near", name === region);
    }
  }

  /**
   * A ring that closes around the light until the change of mood is heard.
   * @param {Due | null} due
   */
  showLanding(due) {
    this._ring.classList.toggle("under-way", due !== null);
    this._ring.style.strokeDashoffset = String(due?.left.toFixed(3) ?? 1);
    let text = "";
    if (due) text = due.bar ? say("soonAtBar", due.bar, due.seconds) : say("soon", due.seconds);
    if (this._landing.textContent === text) return;
    this._landing.textContent = text;
    const { x, y, width, height } = this.place(this.mood);
    this._landing.dataset.side = y > height - MARGIN.y ? "above" : "below";
    this._landing.dataset.align = x < MARGIN.x ? "start" : x > width - MARGIN.x ? "end" : "middle";
  }

  /**
   * Whether a key moved the light.
   * @param {KeyboardEvent} event
   */
  takeKey({ key, shiftKey }) {
    const arrow = ARROWS[key];
    if (!arrow) return false;
    const step = shiftKey ? SMALL_STEP : STEP;
    this._move({
      valence: this.mood.valence + step * arrow.valence,
      arousal: this.mood.arousal + step * arrow.arousal,
    });
    return true;
  }

  /**
   * Bring the light nearer to the mood.
   * @param {number} elapsedMs
   * @returns {boolean} whether it is still on its way
   */
  glide(elapsedMs) {
    const part = 1 - Math.exp(-elapsedMs / GLIDE_MS);
    const valence = this.mood.valence - this.shown.valence;
    const arousal = this.mood.arousal - this.shown.arousal;
    const arrived = Math.hypot(valence, arousal) < 0.002;
    this.shown = arrived
      ? { ...this.mood }
      : {
          valence: this.shown.valence + part * valence,
          arousal: this.shown.arousal + part * arousal,
        };
    return !arrived;
  }

  /**
   * Where a mood lies, in px from the upper left corner of the field, and how large that is.
   * @param {Mood} mood
   */
  place({ valence, arousal }) {
    const { clientWidth: width, clientHeight: height } = this._field;
    return {
      width,
      height,
      x: INSET.x + ((valence + 1) / 2) * (width - 2 * INSET.x),
      y: INSET.y + ((1 - arousal) / 2) * (height - 2 * INSET.y),
    };
  }

  /** @param {Mood} mood */
  _move(mood) {
    const before = this.mood;
    this.show(mood);
    /** @type {Partial<Mood>} */
    const changes = {};
    if (this.mood.valence !== before.valence) changes.valence = this.mood.valence;
    if (this.mood.arousal !== before.arousal) changes.arousal = this.mood.arousal;
    if (Object.keys(changes).length > 0) this._onChange(changes);
  }

  _listen() {
    this._field.addEventListener("pointerdown", (event) => this._grab(event));
    this._field.addEventListener("pointermove", (event) => this._drag(event));
    for (const slider of [this._valence, this._arousal]) {
      slider.addEventListener("keydown", (event) => {
        if (this.takeKey(event)) event.preventDefault();
      });
      slider.addEventListener("input", () =>
        this._move({
          valence: this._valence.valueAsNumber,
          arousal: this._arousal.valueAsNumber,
        }),
      );
    }
  }

  /** @param {PointerEvent} event */
  _grab(event) {
    if (event.button !== 0) return;
    this._field.setPointerCapture(event.pointerId);
    this._drag(event);
  }

  /** @param {PointerEvent} event */
  _drag(event) {
    if (!this._field.hasPointerCapture(event.pointerId)) return;
    const { left, top, width, height } = this._field.getBoundingClientRect();
    this._move({
      valence: (2 * (event.clientX - left - INSET.x)) / (width - 2 * INSET.x) - 1,
      arousal: 1 - (2 * (event.clientY - top - INSET.y)) / (height - 2 * INSET.y),
    });
  }

  /** @param {HTMLElement} container */
  _nameRegions(container) {
    for (const { valence, arousal } of REGIONS) {
      const label = document.createElement("span");
      label.dataset.row = arousal > 0 ? "top" : "bottom";
      label.dataset.column = valence === 0 ? "middle" : valence < 0 ? "left" : "right";
      container.append(label);
      this._names.push(label);
    }
  }

  get light() {
    return this._light;
  }
}

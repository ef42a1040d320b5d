/** @import { ControlSender } from "./control-sender.js" */
/** @import { MoodPad } from "./mood-pad.js" */
/** @import { ScoreTimeline } from "./score-timeline.js" */
/** @import { StyleChoice } from "./style-choice.js" */

const RATE = 48_000;
const MARGIN = { x: 72, y: 96 }; // px to the edge of the field below which the text steps aside
const WORTH_SAYING = 0.2 * RATE; // a change that is heard sooner needs no countdown

/** Shows when a change will be heard: a ring that closes around the light, a line on the style. */
export class Landings {
  /**
   * @param {ControlSender} sender
   * @param {ScoreTimeline} timeline
   * @param {StyleChoice} styles
   * @param {MoodPad} pad
   */
  constructor(sender, timeline, styles, pad) {
    this._sender = sender;
    this._timeline = timeline;
    this._styles = styles;
    this._pad = pad;
    this._ring = /** @type {SVGElement} */ (document.querySelector("#countdown"));
    this._text = /** @type {HTMLElement} */ (document.getElementById("landing"));
    this._target = 0;
    this._from = 0;
  }

  /** @param {number} heard */
  update(heard) {
    const mood = Math.max(this._sender.landing("valence"), this._sender.landing("arousal"));
    if (mood !== this._target) {
      this._target = mood;
      this._from = heard;
    }
    const underWay = mood - heard > 0 && mood - this._from > WORTH_SAYING;
    this._ring.classList.toggle("under-way", underWay);
    if (underWay) {
      const left = (mood - heard) / (mood - this._from);
      this._ring.style.strokeDashoffset = left.toFixed(3);
    }
    this._write(underWay ? this._phrase(mood, heard) : "");
    const style = this._sender.landing("style");
    this._styles.showLanding(style - heard > WORTH_SAYING ? `in ${seconds(style - heard)}` : "");
  }

  /**
   * @param {number} landing
   * @param {number} heard
   */
  _phrase(landing, heard) {
    const bar = this._timeline.barFrom(landing);
    return `${bar ? `bar ${bar}, ` : ""}in ${seconds(landing - heard)}`;
  }

  /** @param {string} text */
  _write(text) {
    if (this._text.textContent === text) return;
    this._text.textContent = text;
    const { x, y, width, height } = this._pad.place(this._pad.mood);
    this._text.dataset.side = y > height - MARGIN.y ? "above" : "below";
    this._text.dataset.align = x < MARGIN.x ? "start" : x > width - MARGIN.x ? "end" : "middle";
  }
}

/** @param {number} frames */
function seconds(frames) {
  const amount = frames / RATE;
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} s`;
}

/** @import { ControlSender } from "../listening/control-sender.js" */
/** @import { ScoreTimeline } from "./score-timeline.js" */

const RATE = 48_000;
const WORTH_SAYING = 0.2 * RATE; // a change that is heard sooner needs no countdown

/**
 * @typedef {{ left: number, seconds: string, bar: number }} Due how much of the wait is left,
 *   0..1 and in seconds, and the bar in which it ends, 0 while it is not known
 */

/** Counts down to the frame at which each change is heard. */
export class Landings {
  /**
   * @param {ControlSender} sender
   * @param {ScoreTimeline} timeline
   * @param {(name: string, due: Due | null) => void} show null: it is heard
   */
  constructor(sender, timeline, show) {
    this._sender = sender;
    this._timeline = timeline;
    this._show = show;
    /** @type {Map<string, { target: number, from: number }>} */
    this._known = new Map();
  }

  /** @param {number} heard */
  update(heard) {
    for (const [name, target] of this._sender.landings) {
      const known = this._known.get(name);
      if (target > heard) this._count(name, target, heard);
      else if (known && known.from >= 0) this._land(name, target);
    }
  }

  /**
   * @param {string} name
   * @param {number} target
   * @param {number} heard
   */
  _count(name, target, heard) {
    let known = this._known.get(name);
    if (known?.target !== target) {
      known = { target, from: heard };
      this._known.set(name, known);
    }
    if (target - known.from <= WORTH_SAYING) return;
    this._show(name, {
      left: (target - heard) / (target - known.from),
      seconds: seconds(target - heard),
      bar: this._timeline.barFrom(target),
    });
  }

  /**
   * @param {string} name
   * @param {number} target
   */
  _land(name, target) {
    this._known.set(name, { target, from: -1 });
    this._show(name, null);
  }
}

/** @param {number} frames */
function seconds(frames) {
  const amount = frames / RATE;
  return amount < 10 ? amount.toFixed(1) : String(Math.round(amount));
}

/** @import { PlayoutReport } from "../protocol.js" */

const SILENT_FRAMES = 48_000; // 1 s: while a line is well something comes every 0.1 to 0.2 s
const SPREAD_FRAMES = 38_400; // 0.8 s more at most: listeners of a slow server do not leave as one
const LOW_FRAMES = 16_800; // 0.35 s of store are left: time enough to come back unheard
const PATIENCE_FRAMES = 240_000; // 5 s: a server that is slow is not met again and again

/**
 * Notices a line that is open and brings nothing any more, as a radio link that was left behind or a
 * router that forgot: sockets notice it after minutes. The audio clock counts, so nothing that is
 * paused is taken for silent.
 */
export class SilenceWatch {
  /**
   * @param {() => void} onSilence
   * @param {number} chance 0..1, spreads the listeners
   */
  constructor(onSilence, chance) {
    this._onSilence = onSilence;
    this._silentFrames = SILENT_FRAMES + chance * SPREAD_FRAMES;
    this._now = 0; // frames of the audio clock
    this._heardAt = -1; // −1: nothing has come on this line
    this._complainedAt = -PATIENCE_FRAMES;
  }

  /** There is a new line: how long the old one was silent says nothing of it. */
  begin() {
    this._heardAt = -1;
  }

  /** Something came. */
  hear() {
    this._heardAt = this._now;
  }

  /** @param {PlayoutReport} report */
  look({ frame, played, end }) {
    this._now = frame;
    const silent = this._heardAt >= 0 && frame >= this._heardAt + this._silentFrames;
    if (!silent || end - played > LOW_FRAMES) return;
    if (frame < this._complainedAt + PATIENCE_FRAMES) return;
    this._complainedAt = frame;
    this._heardAt = -1;
    this._onSilence();
  }
}

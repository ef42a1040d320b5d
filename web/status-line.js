/** @import { LinkState, PlayoutReport } from "./protocol.js" */

const CODEC_NAMES = { opus: "Opus", pcm16: "PCM" };
const LINK_NAMES = /** @type {Record<LinkState, string>} */ ({
  connecting: "connecting",
  open: "connected",
  lost: "reconnecting",
  restarting: "server restarting",
  full: "server full",
  asleep: "asleep",
  refused: "refused",
  failed: "failed",
});
const SAMPLE_RATE = 48_000;

/** The honest line: how much sound is in store, what went missing, and how it comes here. */
export class StatusLine {
  /** @param {HTMLElement} list */
  constructor(list) {
    this._list = list;
    /** @type {Map<string, HTMLElement>} */
    this._items = new Map();
  }

  /** @param {PlayoutReport} report */
  showPlayout({ played, end, underruns, skipped }) {
    const bufferMs = Math.max(0, Math.round((end - played) / 48 / 10) * 10);
    this._write("buffer", `${bufferMs} ms in store`);
    const dropouts = `${underruns} ${underruns === 1 ? "dropout" : "dropouts"}`;
    this._write("underruns", dropouts, underruns > 0);
    const skippedMs = Math.round((1000 * skipped) / SAMPLE_RATE);
    this._write("skipped", `${skippedMs} ms skipped by the browser`, skippedMs > 0);
  }

  /** @param {"opus" | "pcm16"} codec */
  showCodec(codec) {
    this._write("codec", CODEC_NAMES[codec]);
  }

  /** @param {LinkState} state */
  showLink(state) {
    this._write("link", LINK_NAMES[state], state !== "open" && state !== "connecting");
  }

  /**
   * @param {string} name
   * @param {string} text
   * @param {boolean} trouble
   */
  _write(name, text, trouble = false) {
    let item = this._items.get(name);
    if (!item) {
      item = document.createElement("li");
      item.dataset.name = name;
      this._items.set(name, item);
      this._list.append(item);
    }
    if (item.textContent !== text) item.textContent = text;
    item.classList.toggle("trouble", trouble);
  }
}

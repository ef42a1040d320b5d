import { build, write } from "../build.js";
import { onLanguage, say } from "../language.js";

/** @import { LinkState, PlayoutReport } from "../protocol.js" */

const CODEC_NAMES = { opus: "Opus", pcm16: "PCM", mp3: "MP3" };
const SAMPLE_RATE = 48_000;

/** The honest lines: how much sound is in store, what went missing, and how it comes here. */
export class Health {
  /** @param {HTMLElement} list */
  constructor(list) {
    this._list = list;
    /** @type {Map<string, { item: HTMLElement, tell: () => string }>} */
    this._items = new Map();
    onLanguage(() => {
      for (const { item, tell } of this._items.values()) write(item, tell());
    });
  }

  /** @param {PlayoutReport} report */
  showPlayout({ played, end, underruns, skipped }) {
    const storedMs = Math.max(0, Math.round((end - played) / 48 / 10) * 10);
    const skippedMs = Math.round((1000 * skipped) / SAMPLE_RATE);
    this._tell("buffer", () => say("stream.stored", storedMs));
    const dropouts = underruns === 1 ? "stream.dropout" : "stream.dropouts";
    this._tell("underruns", () => say(dropouts, underruns), underruns > 0);
    this._tell("skipped", () => say("stream.skipped", skippedMs), skippedMs > 0);
  }

  /** @param {keyof typeof CODEC_NAMES} codec */
  showCodec(codec) {
    this._tell("codec", () => CODEC_NAMES[codec]);
  }

  /** @param {LinkState} state */
  showLink(state) {
    const trouble = state !== "open" && state !== "connecting";
    this._tell("link", () => say(`link.${state}`), trouble);
  }

  /** @param {number} bytes since the page was opened */
  showTraffic(bytes) {
    this._tell("bytes", () => say("stream.bytes", (bytes / 1e6).toFixed(1)));
  }

  /** How long the last change took to the ear. @param {number} frames */
  showLatency(frames) {
    this._tell("latency", () => say("stream.heardAfter", Math.round(frames / 48)));
  }

  /**
   * @param {string} name
   * @param {() => string} tell
   * @param {boolean} trouble
   */
  _tell(name, tell, trouble = false) {
    const item =
      this._items.get(name)?.item ?? this._list.appendChild(build("li", { "data-item": name }));
    this._items.set(name, { item, tell });
    write(item, tell());
    item.classList.toggle("trouble", trouble);
  }
}

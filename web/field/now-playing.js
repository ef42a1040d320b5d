import { asSentence, onLanguage, say, sayOr } from "../language.js";
import { engrave, nameKey } from "./engraving.js";

/** @import { Word } from "../language.js" */
/** @import { ScoreTimeline } from "./score-timeline.js" */

const RATE = 48_000;

/** Title, key, tempo, chord, section and age of what is heard, as small text. */
export class NowPlaying {
  /**
   * @param {Word} untitled what there is to say before a title is known
   * @param {(announcement: string) => void} announce tells a screen reader, politely
   * @param {(title: string) => void} onPiece another piece is heard
   */
  constructor(untitled, announce, onPiece) {
    this._announce = announce;
    this._onPiece = onPiece;
    this._dressed = "";
    this._title = "";
    this._elements = new Map(
      ["title", "key", "tempo", "chord", "section", "elapsed"].map((name) => [
        name,
        /** @type {HTMLElement} */ (document.getElementById(name)),
      ]),
    );
    onLanguage(() => this._write("title", this._title || say(untitled)));
  }

  get title() {
    return this._title;
  }

  /** @param {string} title */
  name(title) {
    if (!title || title === this._title) return;
    this._title = title;
    this._write("title", title);
    document.title = `${title} · genmusic`;
    this._announce(say("nowPlaying", title));
  }

  /**
   * @param {ScoreTimeline} timeline
   * @param {number} heard
   */
  update(timeline, heard) {
    const bar = timeline.barAt(heard);
    if (!bar) return;
    this.name(bar.title);
    if (this._dressed !== bar.title) this._onPiece((this._dressed = bar.title));
    this._write("key", nameKey(bar.key));
    this._write("tempo", `${Math.round(bar.tempo_bpm)} bpm`);
    this._write("chord", engrave(timeline.chordAt(heard)));
    this._write("elapsed", clockTime((heard - timeline.pieceStart(bar)) / RATE));
    const section = nameSection(bar.section);
    if (this._write("section", section)) this._announce(section);
  }

  /**
   * @param {string} name
   * @param {string} text
   * @returns {boolean} whether it is news
   */
  _write(name, text) {
    const element = this._elements.get(name);
    if (!element || element.textContent === text) return false;
    element.textContent = text;
    return true;
  }
}

/**
 * A letter names a section, as in "A" and "A'"; a word like "intro" is what it is called.
 * @param {string} section
 */
function nameSection(section) {
  if (/^[A-Z]/.test(section)) return say("section", section.replaceAll("'", "′"));
  return sayOr(`section.${section}`, asSentence(section));
}

/** Such as 4:05. @param {number} seconds */
export function clockTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

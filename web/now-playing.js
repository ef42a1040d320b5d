import { engrave } from "./engraving.js";

/** @import { ScoreTimeline } from "./score-timeline.js" */

/** Title, key, tempo, chord and section of what is heard, as small text. */
export class NowPlaying {
  /** @param {(announcement: string) => void} announce tells a screen reader, politely */
  constructor(announce) {
    this._announce = announce;
    this._elements = new Map(
      ["title", "key", "tempo", "chord", "section"].map((name) => [
        name,
        /** @type {HTMLElement} */ (document.getElementById(name)),
      ]),
    );
  }

  /** @param {string} title */
  name(title) {
    if (!title || !this._write("title", title)) return;
    document.title = `${title} · genmusic`;
    this._announce(`Now playing: ${title}`);
  }

  /**
   * @param {ScoreTimeline} timeline
   * @param {number} heard
   */
  update(timeline, heard) {
    const bar = timeline.barAt(heard);
    if (!bar) return;
    this.name(bar.title);
    this._write("key", engrave(bar.key));
    this._write("tempo", `${Math.round(bar.tempo_bpm)} bpm`);
    this._write("chord", engrave(timeline.chordAt(heard)));
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
  if (/^[A-Z]/.test(section)) return `Section ${section.replace("'", "′")}`;
  return section.slice(0, 1).toUpperCase() + section.slice(1);
}

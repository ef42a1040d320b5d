import { onLanguage, say } from "../language.js";

/** @typedef {{ name: string, title: string, fault: string | null }} Row */

const LOOK_MS = 3_000;

/** For those who write rules: what is wrong with the file of the style that plays. */
export class StyleFault {
  /**
   * @param {HTMLElement} place hidden while all is well
   * @param {() => string} style the name of the style that plays; empty: nobody looks
   */
  constructor(place, style) {
    this._place = place;
    this._style = style;
    /** @type {Row | undefined} */
    this._row = undefined;
    setInterval(() => this._look(), LOOK_MS);
    onLanguage(() => this._show());
  }

  async _look() {
    const style = document.hidden ? "" : this._style();
    if (!style) return;
    const answer = await fetch("/api/v1/styles").catch(() => null); // the line is lost: later
    if (!answer?.ok) return;
    /** @type {Row[]} */
    const rows = await answer.json();
    this._row = rows.find(({ name }) => name === style);
    this._show();
  }

  _show() {
    const { title = "", fault = null } = this._row ?? {};
    this._place.hidden = fault === null;
    this._place.textContent = fault === null ? "" : say("style.fault", title, fault);
  }
}

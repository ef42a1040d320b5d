import { build } from "../build.js";
import { fillMarkup, language, LANGUAGES, onLanguage, speak } from "../language.js";

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The third depth: opened beside the music, which goes on. */
export class Backstage {
  /** @param {(code: string) => void} onLanguageChosen */
  constructor(onLanguageChosen) {
    this._panel = element("backstage");
    this._button = element("more");
    this._button.addEventListener("click", () => this.toggle());
    element("close-backstage").addEventListener("click", () => this.toggle(false));
    this._panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.toggle(false);
    });
    this._offerLanguages(onLanguageChosen);
  }

  get open() {
    return !this._panel.hidden;
  }

  toggle(open = !this.open) {
    if (open === this.open) return;
    this._panel.hidden = !open;
    document.body.classList.toggle("with-backstage", open);
    this._button.setAttribute("aria-expanded", String(open));
    (open ? element("close-backstage") : this._button).focus();
  }

  /** @param {(code: string) => void} onChosen */
  _offerLanguages(onChosen) {
    const select = /** @type {HTMLSelectElement} */ (element("language"));
    for (const [code, name] of Object.entries(LANGUAGES)) {
      select.append(build("option", { value: code, lang: code }, name));
    }
    select.addEventListener("change", () => {
      speak([select.value]);
      onChosen(select.value);
    });
    onLanguage(() => {
      fillMarkup();
      select.value = language();
    });
  }
}

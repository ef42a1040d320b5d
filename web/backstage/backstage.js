import { build } from "../build.js";
import { fillMarkup, language, LANGUAGES, onLanguage, speak } from "../language.js";
import { Player } from "../listening/player.js";
import { ControlPanel } from "./controls.js";
import { Health } from "./health.js";
import { Spectrum } from "./spectrum.js";
import { Why } from "./why.js";

/** @import { Controls, Notes } from "../protocol.js" */

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The third depth: opened beside the music, which goes on. */
export class Backstage {
  /**
   * @param {(changes: Controls) => void} onChange
   * @param {(name: string) => void} onLearn a knob of a keyboard is wanted for a control
   * @param {(code: string) => void} onLanguageChosen
   */
  constructor(onChange, onLearn, onLanguageChosen) {
    this._panel = element("backstage");
    this.knobs = new ControlPanel(element("knobs"), element("mixer"), onChange, onLearn);
    this.health = new Health(element("health"));
    this._why = new Why(element("why"), Player.supported ? "why.empty" : "why.plain");
    this._spectrum = new Spectrum(/** @type {HTMLCanvasElement} */ (element("spectrum")));
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

  /**
   * Once for each picture while it is open.
   * @param {Notes | undefined} bar that is heard
   * @param {Controls} controls
   * @param {Record<string, string>} follows for each parameter the control that it follows
   * @param {AnalyserNode | null} analyser
   */
  show(bar, controls, follows, analyser) {
    if (bar) {
      this._why.show(bar, controls, follows);
      this.knobs.showActual(bar.parameters);
      this.knobs.showCue(bar.cue);
    }
    this._spectrum.draw(analyser);
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

import { build, icon, write } from "../build.js";
import { onLanguage, say, sayOr } from "../language.js";
import { drawPattern } from "./style-picture.js";

/**
 * @import { Due } from "../field/landings.js"
 * @import { Preview } from "./preview.js"
 * @typedef {{ name: string, title: string, text: string, mood: Record<string, string> }} StyleInfo
 * @typedef {{ style: StyleInfo, input: HTMLInputElement, due: HTMLElement }} Card
 */

/** The styles as cards with a pattern of their own notes; keys 1–9 choose too. */
export class StyleChoice {
  /**
   * @param {HTMLElement} container
   * @param {Preview} preview
   * @param {(name: string) => void} onChoose the listener chose another style
   */
  constructor(container, preview, onChoose) {
    this._container = container;
    this._preview = preview;
    this._onChoose = onChoose;
    /** @type {Card[]} */
    this._cards = [];
  }

  /** Ask the server which styles there are, then what each of them looks like. */
  async load() {
    const answer = await fetch("/api/v1/styles");
    if (!answer.ok) throw new Error(`the list of styles came with status ${answer.status}`);
    for (const style of await answer.json()) this._add(style);
  }

  /** @returns {StyleInfo | undefined} */
  get chosen() {
    return this._cards.find(({ input }) => input.checked)?.style;
  }

  /** @param {string} name */
  has(name) {
    return this._cards.some(({ style }) => style.name === name);
  }

  /** @param {string} name */
  titleOf(name) {
    return this._cards.find(({ style }) => style.name === name)?.style.title ?? name;
  }

  /** @param {string} name */
  moodOf(name) {
    return this._cards.find(({ style }) => style.name === name)?.style.mood ?? {};
  }

  /** @param {string} name */
  show(name) {
    for (const { style, input } of this._cards) {
      input.checked = style.name === name;
      if (input.checked)
        input.parentElement?.scrollIntoView({ block: "nearest", inline: "center" });
    }
  }

  /**
   * Choose the style under a number.
   * @param {number} number 1 for the first
   */
  choose(number) {
    const card = this._cards[number - 1];
    if (!card || card.input.checked) return;
    this.show(card.style.name);
    this._onChoose(card.style.name);
  }

  /**
   * A line that fills on the chosen card until the style is heard.
   * @param {Due | null} due
   */
  showLanding(due) {
    for (const { input, due: line } of this._cards) {
      const text = due && input.checked ? say("soon", due.seconds) : "";
      write(line, text);
      input.parentElement?.style.setProperty("--done", text ? String(1 - (due?.left ?? 0)) : "0");
    }
  }

  /** @param {StyleInfo} style */
  _add(style) {
    const { name, title, text } = style;
    const input = build("input", { type: "radio", name: "style", value: name });
    input.addEventListener("change", () => {
      this._onChoose(name);
    });
    const due = build("small", { class: "due" });
    const label = build(
      "label",
      { class: "style" },
      input,
      drawPattern(name),
      build("span", {}, title),
      due,
    );
    const listen = build("button", { class: "listen", type: "button" }, icon("listen"));
    listen.addEventListener("click", () => this._preview.toggle(name, listen));
    onLanguage(() => {
      label.title = sayOr(`style.${name}`, text);
      listen.setAttribute("aria-label", say("listen", title));
    });
    this._container.append(build("div", { class: "card" }, label, listen));
    this._cards.push({ style, input, due });
  }
}

import { WORDS } from "./words.js";

/** @typedef {keyof typeof WORDS} Word */
/** @typedef {string | number} Detail */

/** The languages there are, in the order of the table's columns, each by its own name. */
export const LANGUAGES = /** @type {const} */ ({ en: "English", de: "Deutsch" });
const CODES = Object.keys(LANGUAGES);

let column = 0;
/** @type {(() => void)[]} */
const listeners = [];

/**
 * What the page says, in the language of the listener.
 * @param {Word} word
 * @param {Detail[]} details what {} stands for, in their order
 */
export function say(word, ...details) {
  let next = 0;
  return WORDS[word][column].replaceAll("{}", () => String(details[next++]));
}

/**
 * The same for what the page may not know: a control, a part, a section of another version.
 * @param {string} word
 * @param {string} otherwise
 * @param {Detail[]} details
 */
export function sayOr(word, otherwise, ...details) {
  return (word in WORDS && say(/** @type {Word} */ (word), ...details)) || otherwise;
}

/** Words as a sentence begins. @param {string} words */
export function asSentence(words) {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** The code of the language that is spoken. */
export function language() {
  return CODES[column];
}

/**
 * Speak the first language of a list that there is, or English.
 * @param {readonly string[]} wanted such as ["de-AT", "en"]
 */
export function speak(wanted) {
  const known = wanted.map((tag) => CODES.indexOf(tag.slice(0, 2))).filter((at) => at >= 0);
  column = known[0] ?? 0;
  for (const listener of listeners) listener();
}

/**
 * Say it now, and again whenever the language changes.
 * @param {() => void} listener
 */
export function onLanguage(listener) {
  listeners.push(listener);
  listener();
}

/** Fill what the markup leaves to the table: data-say the text, data-name the label. */
export function fillMarkup() {
  document.documentElement.lang = language();
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = say(/** @type {Word} */ (element.getAttribute("data-say")));
  }
  for (const element of document.querySelectorAll("[data-name]")) {
    const name = say(/** @type {Word} */ (element.getAttribute("data-name")));
    element.setAttribute("aria-label", name);
    if (element instanceof HTMLButtonElement) element.title = name;
  }
}

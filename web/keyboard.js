import { build } from "./build.js";
import { say, sayOr } from "./language.js";

/**
 * @import { Word } from "./language.js"
 * @typedef {{
 *   keys: string, text: Word, matches?: (event: KeyboardEvent) => boolean,
 *   run: (event: KeyboardEvent) => void,
 * }} Shortcut without `matches` its key is what `keys` says
 */

const USES_ARROWS = "input[type=range], input[type=radio], select, input[type=text]";
const USES_SPACE = "button, a, summary, select, input[type=checkbox]";
const USES_LETTERS = "select, input[type=text]";

/**
 * Whether the focused element has its own use for this key.
 * @param {KeyboardEvent} event
 */
function isTaken({ target, key }) {
  if (!(target instanceof Element)) return false;
  if (target.matches(USES_LETTERS)) return true;
  if (key.startsWith("Arrow")) return target.matches(USES_ARROWS);
  return key === " " && target.matches(USES_SPACE);
}

/**
 * Make the shortcuts work wherever the focus is.
 * @param {readonly Shortcut[]} shortcuts
 */
export function listenToKeys(shortcuts) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTaken(event) || document.querySelector("dialog[open]")) return;
    const shortcut = shortcuts.find((row) => matches(row, event));
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run(event);
  });
}

/**
 * @param {Shortcut} shortcut
 * @param {KeyboardEvent} event
 */
function matches({ keys, matches: test }, event) {
  return test ? test(event) : event.key.toUpperCase() === keys && !event.repeat;
}

/**
 * Write the shortcuts into the help.
 * @param {HTMLElement} list
 * @param {readonly Shortcut[]} shortcuts
 */
export function explainKeys(list, shortcuts) {
  list.replaceChildren(
    ...shortcuts.flatMap(({ keys, text }) => [
      build("dt", {}, build("kbd", {}, sayOr(keys, keys))),
      build("dd", {}, say(text)),
    ]),
  );
}

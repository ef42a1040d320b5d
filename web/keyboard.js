/**
 * @typedef {{ keys: string, text: string, matches: (event: KeyboardEvent) => boolean,
 *   run: (event: KeyboardEvent) => void }} Shortcut
 */

const USES_ARROWS = "input[type=range], input[type=radio]";
const USES_SPACE = "button, a, summary, input[type=radio]";

/**
 * Whether the focused element has its own use for this key.
 * @param {KeyboardEvent} event
 */
function isTaken({ target, key }) {
  if (!(target instanceof Element)) return false;
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
    const shortcut = shortcuts.find(({ matches }) => matches(event));
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run(event);
  });
}

/**
 * Write the shortcuts into the help.
 * @param {HTMLElement} list
 * @param {readonly Shortcut[]} shortcuts
 */
export function explainKeys(list, shortcuts) {
  for (const { keys, text } of shortcuts) {
    const term = document.createElement("dt");
    const key = document.createElement("kbd");
    key.textContent = keys;
    term.append(key);
    const meaning = document.createElement("dd");
    meaning.textContent = text;
    list.append(term, meaning);
  }
}

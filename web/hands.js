import { explainKeys, listenToKeys } from "./keyboard.js";
import { onLanguage } from "./language.js";

/**
 * @import { Shortcut } from "./keyboard.js"
 * @typedef {{
 *   play: () => void, mood: (event: KeyboardEvent) => void, style: (number: number) => void,
 *   skip: () => void, like: () => void, mute: () => void, timer: () => void,
 *   share: () => void, more: () => void, reset: () => void,
 * }} Actions
 */

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * Let keys and buttons do what the listener wants.
 * @param {Actions} actions
 */
export function listenToHands(actions) {
  const help = /** @type {HTMLDialogElement} */ (element("help"));
  const shortcuts = shortcutsTo({ ...actions, help: () => help.showModal() });
  listenToKeys(shortcuts);
  onLanguage(() => explainKeys(element("keys"), shortcuts));
  for (const name of /** @type {const} */ (["skip", "like", "share", "reset"])) {
    element(name).addEventListener("click", () => actions[name]());
  }
  element("help-button").addEventListener("click", () => help.showModal());
  element("close-help").addEventListener("click", () => help.close());
}

/**
 * @param {Actions & { help: () => void }} actions
 * @returns {readonly Shortcut[]}
 */
function shortcutsTo(actions) {
  return [
    {
      keys: "key.space",
      text: "key.play",
      matches: ({ key }) => key === " ",
      run: actions.play,
    },
    {
      keys: "← → ↑ ↓",
      text: "key.mood",
      matches: ({ key }) => key.startsWith("Arrow"),
      run: actions.mood,
    },
    {
      keys: "1 – 9, 0",
      text: "key.style",
      matches: ({ key }) => /^[0-9]$/.test(key),
      run: ({ key }) => actions.style(Number(key) || 10), // as on the keyboard: 0 after 9
    },
    { keys: "S", text: "skip", run: actions.skip },
    { keys: "H", text: "like", run: actions.like },
    { keys: "M", text: "mute", run: actions.mute },
    { keys: "T", text: "timer", run: actions.timer },
    { keys: "L", text: "share", run: actions.share },
    { keys: "B", text: "more", run: actions.more },
    { keys: "?", text: "help", run: actions.help },
  ];
}

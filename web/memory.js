const KEY = "genmusic";

/**
 * @typedef {{
 *   volume?: number, mood?: { valence: number, arousal: number }, style?: string,
 *   language?: string, tray?: boolean,
 * }} Memory what the page knows of its listener; it stays in this browser
 */

/** @returns {Memory} */
export function recall() {
  try {
    const memory = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof memory === "object" && memory !== null ? memory : {};
  } catch {
    return {}; // the browser keeps nothing, or something else wrote here
  }
}

/** @param {Memory} changes */
export function remember(changes) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...recall(), ...changes }));
  } catch {
    // A private window keeps nothing: the page works without.
  }
}

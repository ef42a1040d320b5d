/** @import { Word } from "../language.js" */

const finger = matchMedia("(pointer: coarse)");

/**
 * Give a link away: on a telephone as its system does it, else to the clipboard, or, where a
 * browser forbids that, to the address bar.
 * @param {URL} link
 * @param {string} title of what plays
 * @returns {Promise<Word | null>} what became of it; null: the listener knows
 */
export async function share(link, title) {
  if (finger.matches && "share" in navigator) {
    try {
      await navigator.share({ title, url: link.href });
      return null;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return null;
    }
  }
  try {
    await navigator.clipboard.writeText(link.href);
    return "linkCopied";
  } catch {
    history.replaceState(null, "", link);
    return "linkInAddress";
  }
}

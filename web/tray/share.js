/**
 * Give a link away: to the clipboard, or, where a browser forbids it, to the address bar.
 * @param {URL} link
 * @returns {Promise<boolean>} whether it is in the clipboard
 */
export async function share(link) {
  try {
    await navigator.clipboard.writeText(link.href);
    return true;
  } catch {
    history.replaceState(null, "", link);
    return false;
  }
}

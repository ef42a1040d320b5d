/**
 * A chord or key as it is printed: flats and sharps instead of letters.
 * @param {string} symbol for example "Bbm7b5" or "F# minor"
 */
export function engrave(symbol) {
  return symbol.replace(/(?<=[A-G])b|b(?=\d)/g, "♭").replaceAll("#", "♯");
}

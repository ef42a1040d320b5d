import { language } from "../language.js";

const GERMAN_NOTES = /** @type {Record<string, string>} */ ({
  "C#": "Cis",
  Db: "Des",
  "D#": "Dis",
  Eb: "Es",
  "F#": "Fis",
  Gb: "Ges",
  "G#": "Gis",
  Ab: "As",
  "A#": "Ais",
  Bb: "B",
  B: "H",
});

/** Whether a German writes the tonic of a mode in a small letter. */
const MINOR_LIKE = new Set(["minor", "dorian", "phrygian"]);
const GERMAN_MODES = /** @type {Record<string, string>} */ ({
  major: "Dur",
  minor: "Moll",
  dorian: "Dorisch",
  phrygian: "Phrygisch",
  lydian: "Lydisch",
  mixolydian: "Mixolydisch",
});

/**
 * A chord or key as it is printed: flats and sharps instead of letters.
 * @param {string} symbol for example "Bbm7b5" or "F# minor"
 */
export function engrave(symbol) {
  return symbol.replace(/(?<=[A-G])b|b(?=\d)/g, "♭").replaceAll("#", "♯");
}

/**
 * A key as it is called: "B♭ minor", in German "b-Moll".
 * @param {string} key for example "Bb minor"
 */
export function nameKey(key) {
  const [tonic, mode = ""] = key.split(" ");
  if (language() !== "de" || !(mode in GERMAN_MODES)) return engrave(key);
  const note = GERMAN_NOTES[tonic] ?? tonic;
  return `${MINOR_LIKE.has(mode) ? note.toLowerCase() : note}-${GERMAN_MODES[mode]}`;
}

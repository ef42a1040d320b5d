import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { language, onLanguage, say, sayOr, speak } from "../../web/language.js";
import { WORDS } from "../../web/words.js";

afterEach(() => speak(["en"]));

const holes = (text) => text.split("{}").length;

for (const [word, texts] of Object.entries(WORDS)) {
  test(`"${word}" is said in both languages, with the same details`, () => {
    assert.equal(texts.length, 2);
    assert.equal(holes(texts[0]), holes(texts[1]));
    if (!word.startsWith("style.")) assert.equal(texts[0] === "", texts[1] === "");
  });
}

test("a sentence carries its detail", () => {
  assert.match(say("state.full", 12), /again in 12 s\./);
});

test("details stand where the sentence wants them", () => {
  assert.equal(say("soonAtBar", 9, "1.2"), "bar 9, in 1.2 s");
});

for (const [wanted, spoken] of [
  [["de-AT", "en"], "de"],
  [["fr-FR", "de"], "de"],
  [["fr"], "en"],
  [["", "en-GB"], "en"],
]) {
  test(`who reads ${wanted} is spoken to in ${spoken}`, () => {
    speak(wanted);

    assert.equal(language(), spoken);
  });
}

test("what was said is said again in another language", () => {
  const heard = [];
  onLanguage(() => heard.push(say("stop")));

  speak(["de"]);

  assert.deepEqual(heard, ["Stop", "Anhalten"]);
});

test("what the page does not know keeps the server's name", () => {
  assert.equal(sayOr("control.sparkle", "Sparkle"), "Sparkle");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { wishesOf, withChanges } from "../../web/wishes.js";

const asked = (query) => wishesOf(new URLSearchParams(query));

test("an address names seed and style, and may ask for plain samples", () => {
  const wishes = asked("seed=7&style=drive&codec=pcm");

  assert.deepEqual(wishes, { codecs: ["pcm16"], seed: 7, style: "drive" });
});

test("an empty address wishes nothing but a codec", () => {
  assert.deepEqual(asked(""), { codecs: ["opus", "pcm16"] });
});

for (const seed of ["-1", "1e3", "x", "9007199254740992", "1.5", ""]) {
  test(`"${seed}" is no seed`, () => {
    assert.equal(asked(`seed=${seed}`).seed, undefined);
  });
}

test("what was changed is what a new session is wished to be", () => {
  const first = withChanges({ codecs: ["opus"], style: "evening" }, { valence: 1 });

  const second = withChanges(first, { arousal: 0.5, style: "drive" });

  const controls = { valence: 1, arousal: 0.5 };
  assert.deepEqual(second, { codecs: ["opus"], style: "drive", controls });
});

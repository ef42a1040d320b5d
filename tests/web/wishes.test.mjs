import assert from "node:assert/strict";
import { test } from "node:test";

import { linkTo, wishesOf, withChanges } from "../../web/wishes.js";

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

test("an address may set any control", () => {
  const { controls } = asked("valence=-0.5&key=F%23&melody.mute=true&seed=1");

  assert.deepEqual(controls, { valence: -0.5, key: "F#", "melody.mute": true });
});

test("a link leads to the same wishes, without what stands as always", () => {
  const defaults = { valence: 0, density: 0.5, key: null, style: "evening" };
  const controls = { valence: 0.25, density: 0.5, key: null, style: "drive" };

  const link = linkTo(new URL("https://host/app?seed=1&codec=pcm"), 7, controls, defaults);

  assert.equal(link.href, "https://host/app?seed=7&valence=0.25&style=drive");
  assert.deepEqual(wishesOf(link.searchParams), {
    codecs: ["opus", "pcm16"], seed: 7, style: "drive", controls: { valence: 0.25 },
  });
});

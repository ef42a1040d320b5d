import assert from "node:assert/strict";
import { test } from "node:test";

import { clampToRange, colourOf, describe, inWords, REGIONS, regionOf } from "../../web/field/mood.js";

test("a mood never leaves its range", () => {
  assert.equal(clampToRange(1.04), 1);
  assert.equal(clampToRange(-7), -1);
  assert.equal(clampToRange(0.1 + 0.2), 0.3);
});

test("each region is found at its own centre, and none in the middle", () => {
  for (const region of REGIONS) assert.equal(regionOf(region), region.name);
  assert.equal(regionOf({ valence: 0, arousal: 0 }), "");
});

test("a slider says where it stands", () => {
  assert.equal(describe(0.4, "dark", "bright"), "a little bright, 40 percent");
  assert.equal(describe(-0.6, "dark", "bright"), "rather dark, 60 percent");
  assert.equal(describe(1, "calm", "driven"), "very driven, 100 percent");
  assert.equal(describe(0, "calm", "driven"), "in the middle, 0 percent");
});

test("a mood is said in words", () => {
  assert.equal(inWords({ valence: 0.5, arousal: -0.2 }), "Rather bright, a little calm");
  assert.equal(inWords({ valence: 0, arousal: 0 }), "In balance");
});

test("valence warms the hue, arousal deepens the colour", () => {
  const hues = [-1, -0.5, 0, 0.5, 1].map((valence) => colourOf({ valence, arousal: 0 }).hue);
  const chromas = [-1, 0, 1].map((arousal) => colourOf({ valence: 0, arousal }).chroma);

  assert.deepEqual(hues, [...hues].sort((a, b) => a - b));
  assert.deepEqual(chromas, [...chromas].sort((a, b) => a - b));
});

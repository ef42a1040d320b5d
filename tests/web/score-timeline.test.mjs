import assert from "node:assert/strict";
import { test } from "node:test";

import { engrave } from "../../web/field/engraving.js";
import { ScoreTimeline } from "../../web/field/score-timeline.js";

const bar = (number, pts, end, more = {}) =>
  ({ bar: number, pts, end, chords: [], parts: {}, ...more });

test("the bar and the chord that sound are found", () => {
  const timeline = new ScoreTimeline();
  timeline.add(bar(0, 0, 100, { chords: [{ pts: 0, name: "Dm7" }, { pts: 50, name: "G7" }] }));
  timeline.add(bar(1, 100, 200));

  assert.equal(timeline.barAt(150).bar, 1);
  assert.equal(timeline.chordAt(49), "Dm7");
  assert.equal(timeline.chordAt(50), "G7");
  assert.equal(timeline.chordAt(250), "");
});

test("a bar that comes again with other frames replaces itself and what was to follow", () => {
  const timeline = new ScoreTimeline();
  timeline.add(bar(0, 0, 100));
  timeline.add(bar(1, 100, 200));
  timeline.add(bar(2, 200, 300));

  timeline.add(bar(1, 100, 180));

  assert.deepEqual(timeline.bars.map(({ end }) => end), [100, 180]);
});

test("bars heard long ago are let go", () => {
  const timeline = new ScoreTimeline();
  timeline.add(bar(0, 0, 100));
  timeline.add(bar(1, 100, 48_000));

  timeline.prune(17 * 48_000 - 1);

  assert.deepEqual(timeline.bars.map((each) => each.bar), [1]);
});

test("bars are counted as musicians do", () => {
  const timeline = new ScoreTimeline();
  timeline.add(bar(4, 400, 500));

  assert.equal(timeline.barFrom(400), 5);
  assert.equal(timeline.barFrom(500), 0);
});

test("accidentals are printed as such", () => {
  assert.equal(engrave("Bbm7b5"), "B♭m7♭5");
  assert.equal(engrave("F# minor"), "F♯ minor");
  assert.equal(engrave("Ab"), "A♭");
  assert.equal(engrave("Bdim"), "Bdim");
});

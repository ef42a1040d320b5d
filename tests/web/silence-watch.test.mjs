import assert from "node:assert/strict";
import { test } from "node:test";

import { SilenceWatch } from "../../web/worker/silence-watch.js";

const SECOND = 48_000;

/** A watch on a clock of its own; `pass` lets seconds go by with so much in store. */
function build(chance = 0) {
  const state = { frame: 0, silences: 0 };
  const watch = new SilenceWatch(() => (state.silences += 1), chance);
  const pass = (seconds, stored) => {
    for (let step = 0; step < seconds * 20; step += 1) {
      state.frame += SECOND / 20;
      watch.look({ frame: state.frame, played: 0, end: stored * SECOND });
    }
  };
  return { watch, state, pass };
}

test("a line that brings nothing is left before the store is empty", () => {
  const { watch, state, pass } = build();
  watch.hear();

  pass(1.1, 0.3);

  assert.equal(state.silences, 1);
});

test("listeners of a server that is slow do not leave as one", () => {
  const { watch, state, pass } = build(1);
  watch.hear();

  pass(1.7, 0.3);
  assert.equal(state.silences, 0);
  pass(0.2, 0.3);
  assert.equal(state.silences, 1);
});

test("a store that is full has time", () => {
  const { watch, state, pass } = build();
  watch.hear();

  pass(3, 0.5);

  assert.equal(state.silences, 0);
});

test("a line that brings something is well, however little is in store", () => {
  const { watch, state, pass } = build();
  for (let times = 0; times < 20; times += 1) {
    watch.hear();
    pass(0.5, 0.1);
  }

  assert.equal(state.silences, 0);
});

test("a line on which nothing has come yet is the greeting's affair", () => {
  const { state, pass } = build();

  pass(3, 0);

  assert.equal(state.silences, 0);
});

test("a server that is slow is not asked again and again", () => {
  const { watch, state, pass } = build();
  for (let times = 0; times < 6; times += 1) {
    watch.hear();
    pass(1.2, 0);
  }

  assert.equal(state.silences, 2);
});

test("a new line is not left for the silence of the one before", () => {
  const { watch, state, pass } = build();
  watch.hear();
  pass(0.9, 0);

  watch.begin();
  pass(1, 0);

  assert.equal(state.silences, 0);
});

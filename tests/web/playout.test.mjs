import assert from "node:assert/strict";
import { test } from "node:test";

import { FADE_FRAMES, Playout } from "../../web/worklet/playout.js";

const QUANTUM = 128;
const PREBUFFER = 1024;

function loaded(frames) {
  const playout = new Playout(PREBUFFER, 1 << 14);
  feed(playout, 0, frames);
  return playout;
}

const feed = (playout, pts, frames) =>
  playout.ring.write(pts, new Float32Array(frames).fill(1), new Float32Array(frames).fill(1));

function hear(playout, quanta) {
  const heard = [];
  for (let quantum = 0; quantum < quanta; quantum += 1) {
    const left = new Float32Array(QUANTUM).fill(NaN);
    playout.render(left, new Float32Array(QUANTUM));
    heard.push(...left);
  }
  return heard;
}

test("it is silent until enough is held, then begins at full level", () => {
  const playout = loaded(PREBUFFER - 1);

  const before = hear(playout, 2);
  feed(playout, PREBUFFER - 1, 5000);
  const after = hear(playout, 1);

  assert.ok(before.every((value) => value === 0));
  assert.ok(after.every((value) => value === 1));
});

test("waiting for the first sound is not an underrun", () => {
  const playout = loaded(0);

  hear(playout, 20);

  assert.deepEqual([playout.underruns, playout.underFrames], [0, 0]);
});

test("a buffer that runs dry fades out without a jump and is counted once", () => {
  const playout = loaded(2048);

  const heard = hear(playout, 40);

  const steps = heard.slice(1).map((value, index) => Math.abs(value - heard[index]));
  assert.ok(Math.max(...steps.slice(QUANTUM)) <= 1 / FADE_FRAMES + 1e-6);
  assert.equal(heard.at(-1), 0);
  assert.equal(playout.underruns, 1);
  assert.ok(playout.underFrames > 0);
});

test("no frame is lost in an underrun: the sound goes on where it stopped", () => {
  const playout = loaded(2048);
  hear(playout, 40);
  const stopped = playout.ring.play;

  feed(playout, playout.ring.end, 4096);
  const heard = hear(playout, 8);

  assert.equal(playout.ring.play, stopped + heard.length);
  assert.equal(heard[0], 0);
  assert.equal(heard[FADE_FRAMES], 1);
});

test("silence after an underrun is counted until the sound is back", () => {
  const playout = loaded(2048);
  hear(playout, 40);
  const frames = playout.underFrames;

  feed(playout, playout.ring.end, 4096);
  hear(playout, 8);

  assert.equal(playout.underFrames, frames);
});

test("a new session drops what the old one left", () => {
  const playout = loaded(4096);
  hear(playout, 4);

  playout.begin(500);

  assert.ok(hear(playout, 1).every((value) => value === 0));
  assert.equal(playout.ring.play, 500);
});

test("it does not begin before the device's clock has gone on for a while without a jump", () => {
  const playout = new Playout(QUANTUM, 1 << 12, 2);
  feed(playout, 0, 10 * QUANTUM);
  const [left, right] = [new Float32Array(QUANTUM), new Float32Array(QUANTUM)];
  const heard = [true, false, true, false, false, false].map((jumped) =>
    playout.render(left, right, jumped),
  );

  assert.deepEqual(heard, [0, 0, 0, 0, 0, QUANTUM]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { contextFrameAtTheEar, HeardClock } from "../../web/listening/heard-clock.js";

test("the frame at the ear is behind the played one by the latency of the device", () => {
  const clock = new HeardClock();

  clock.update({ played: 10_000, frame: 50_000, sounding: true });

  assert.equal(clock.pts(47_000), 7_000);
});

test("it follows an underrun: the context went on, the music did not", () => {
  const clock = new HeardClock();
  clock.update({ played: 10_000, frame: 50_000, sounding: true });

  clock.update({ played: 10_000, frame: 60_000, sounding: false });

  assert.equal(clock.pts(70_000), 10_000);
});

test("before the first sound it stands at nought", () => {
  assert.equal(new HeardClock().pts(-300), 0);
});

test("the output timestamp is carried on to the present", () => {
  const context = {
    sampleRate: 48_000,
    currentTime: 9,
    getOutputTimestamp: () => ({ contextTime: 2, performanceTime: 1_000 }),
  };

  assert.equal(contextFrameAtTheEar(context, 1_500), 2.5 * 48_000);
});

test("a browser without output timestamps falls back on the latency it states", () => {
  const context = {
    sampleRate: 48_000,
    currentTime: 3,
    outputLatency: 0.5,
    getOutputTimestamp: () => ({ contextTime: 0, performanceTime: 0 }),
  };

  assert.equal(contextFrameAtTheEar(context, 1_500), 2.5 * 48_000);
});

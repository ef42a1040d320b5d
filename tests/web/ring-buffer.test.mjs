import assert from "node:assert/strict";
import { test } from "node:test";

import { CROSSFADE_FRAMES, RingBuffer } from "../../web/worklet/ring-buffer.js";

/** Sound whose samples are the numbers of its frames. */
const ramp = (from, count) => Float32Array.from({ length: count }, (_, i) => from + i);
const write = (ring, pts, samples) => ring.write(pts, samples, samples.map((value) => 0 - value));
const splice = (ring, pts, samples) => ring.splice(pts, samples, samples.map((value) => 0 - value));

function read(ring, count) {
  const left = new Float32Array(count);
  const right = new Float32Array(count);
  ring.read(count, left, right);
  assert.deepEqual(right, left.map((value) => 0 - value));
  return [...left];
}

test("what is written comes out in order, also across the end of the memory", () => {
  const ring = new RingBuffer(8);

  for (let pts = 0; pts < 30; pts += 3) {
    write(ring, pts, ramp(pts, 3));

    assert.deepEqual(read(ring, 3), [pts, pts + 1, pts + 2]);
  }
});

test("a chunk that is sent again changes nothing", () => {
  const ring = new RingBuffer(16);
  write(ring, 0, ramp(0, 4));

  write(ring, 0, ramp(100, 4));
  write(ring, 2, ramp(2, 4));

  assert.deepEqual(read(ring, ring.available), [0, 1, 2, 3, 4, 5]);
});

test("frames before the next one to be heard are passed over", () => {
  const ring = new RingBuffer(16);
  ring.reset(10);

  write(ring, 8, ramp(8, 4));

  assert.deepEqual(read(ring, ring.available), [10, 11]);
});

test("a hole is silent and never plays what was there a turn earlier", () => {
  const ring = new RingBuffer(8);
  write(ring, 0, ramp(1, 8));
  read(ring, 8);

  write(ring, 8, ramp(50, 2));
  write(ring, 13, ramp(60, 2));

  assert.deepEqual(read(ring, ring.available), [50, 51, 0, 0, 0, 60, 61]);
});

test("what does not fit is refused, so that nothing waiting is overwritten", () => {
  const ring = new RingBuffer(8);

  write(ring, 0, ramp(0, 20));
  write(ring, 100, ramp(100, 4));

  assert.equal(ring.available, 8);
  assert.deepEqual(read(ring, 8), [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a splice fades from the old sound into the new and drops the rest of the old", () => {
  const ring = new RingBuffer(4096);
  write(ring, 0, new Float32Array(2000).fill(1));

  splice(ring, 1000, new Float32Array(600).fill(0));

  const heard = read(ring, ring.available);
  assert.equal(heard.length, 1600);
  assert.ok(heard.slice(0, 1001).every((value) => value === 1));
  assert.ok(Math.abs(heard[1000 + CROSSFADE_FRAMES / 2] - 0.5) < 1e-6);
  assert.ok(heard.slice(1000 + CROSSFADE_FRAMES).every((value) => value === 0));
});

test("a splice that comes late begins at the next frame to be heard", () => {
  const ring = new RingBuffer(4096);
  write(ring, 0, new Float32Array(1000).fill(1));
  read(ring, 300);

  splice(ring, 200, new Float32Array(1000).fill(0));

  const heard = read(ring, ring.available);
  assert.equal(heard.length, 900);
  assert.equal(heard[0], 1);
  assert.ok(heard.slice(CROSSFADE_FRAMES).every((value) => value === 0));
});

test("a splice that comes too late for its own chunk takes effect with the next", () => {
  const ring = new RingBuffer(8192);
  write(ring, 0, new Float32Array(4000).fill(1));
  read(ring, 900);

  splice(ring, 200, new Float32Array(600).fill(0));
  write(ring, 800, new Float32Array(2000).fill(0));

  const heard = read(ring, ring.available);
  assert.equal(heard.length, 1900);
  assert.equal(heard[0], 1);
  assert.ok(heard.slice(CROSSFADE_FRAMES).every((value) => value === 0));
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { CLOSE, reconnectDelayMs } from "../../web/worker/back-off.js";

const ABNORMAL = 1006;

test("the first attempt comes well before the look-ahead is heard", () => {
  assert.ok(reconnectDelayMs(0, ABNORMAL, undefined, 1) <= 450);
});

test("the wait grows and has an end", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 20].map((n) => reconnectDelayMs(n, ABNORMAL, undefined, 0.5));

  assert.deepEqual(waits, [...waits].sort((a, b) => a - b));
  assert.equal(waits.at(-1), 8_000);
});

test("listeners of a restarting server come back spread over two seconds", () => {
  assert.equal(reconnectDelayMs(0, CLOSE.restart, undefined, 0), 0);
  assert.equal(reconnectDelayMs(0, CLOSE.restart, undefined, 1), 2_000);
});

test("while a server restarts it is asked twice a second, then more and more rarely", () => {
  const waits = [1, 11, 12, 13, 30].map((n) => reconnectDelayMs(n, CLOSE.restart, undefined, 0.5));

  assert.deepEqual(waits, [500, 500, 300, 600, 8_000]);
});

test("a full server says when to come back, and nobody comes earlier", () => {
  assert.equal(reconnectDelayMs(0, CLOSE.full, 30, 0), 30_000);
  assert.ok(reconnectDelayMs(0, CLOSE.full, 30, 1) > 30_000);
});

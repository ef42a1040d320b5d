import assert from "node:assert/strict";
import { test } from "node:test";

import { nextState, wantsSound } from "../../web/listening/listening-state.js";

const after = (...events) => events.reduce(nextState, "idle");

for (const [events, state] of [
  [["play"], "connecting"],
  [["play", "sound"], "playing"],
  [["play", "sound", "stop"], "paused"],
  [["play", "sound", "stop", "lost"], "paused"],
  [["play", "sound", "lost"], "reconnecting"],
  [["play", "sound", "lost", "sound"], "reconnecting"],
  [["play", "sound", "lost", "open", "sound"], "playing"],
  [["play", "sound", "restart", "lost"], "restarting"],
  [["play", "full"], "full"],
  [["play", "full", "open", "sound"], "playing"],
  [["play", "refused", "play"], "refused"],
  [["play", "no-device", "play"], "connecting"],
  [["insecure", "play", "sound"], "playing"],
  [["play", "sound", "interrupted", "lost"], "interrupted"],
  [["play", "sound", "interrupted", "sound"], "playing"],
  [["play", "failed"], "broken"],
]) {
  test(`${events.join(", ")}: ${state}`, () => {
    assert.equal(after(...events), state);
  });
}

test("the button stops whenever sound is wanted, also while the line is down", () => {
  assert.ok(wantsSound(after("play", "sound", "lost")));
  assert.ok(!wantsSound(after("play", "sound", "stop")));
  assert.ok(!wantsSound("idle"));
});

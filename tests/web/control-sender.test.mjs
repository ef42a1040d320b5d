import assert from "node:assert/strict";
import { test } from "node:test";

import { ControlSender } from "../../web/listening/control-sender.js";

/** A sender on a clock of its own; `sent` is what left, `pass` lets time go by. */
function build() {
  const state = { nowMs: 0, sent: [], timers: [] };
  const sender = new ControlSender(
    (id, controls) => state.sent.push({ id, controls }),
    () => state.nowMs,
    (callback, ms) => state.timers.push({ at: state.nowMs + ms, callback }),
  );
  const pass = (ms) => {
    state.nowMs += ms;
    for (const timer of state.timers.splice(0)) {
      if (timer.at <= state.nowMs) timer.callback();
      else state.timers.push(timer);
    }
  };
  return { sender, sent: state.sent, pass };
}

test("a change leaves at once", () => {
  const { sender, sent } = build();
  sender.opened(true);

  sender.set({ arousal: 0.5 });

  assert.deepEqual(sent, [{ id: 1, controls: { arousal: 0.5 } }]);
});

test("a dragged control is sent ten times a second, last value last", () => {
  const { sender, sent, pass } = build();
  sender.opened(true);

  for (let step = 0; step <= 60; step += 1) {
    sender.set({ valence: step });
    pass(16);
  }
  pass(100);

  assert.ok(sent.length >= 9 && sent.length <= 11, `${sent.length} in 976 ms`);
  assert.equal(sent.at(-1).controls.valence, 60);
});

test("changes made while there is no connection are sent when there is", () => {
  const { sender, sent, pass } = build();

  sender.set({ valence: 1 });
  sender.set({ arousal: -1 });
  pass(500);
  sender.opened(true);

  assert.deepEqual(sent.map(({ controls }) => controls), [{ valence: 1, arousal: -1 }]);
});

test("what was not acknowledged when the connection broke is sent again", () => {
  const { sender, sent, pass } = build();
  sender.opened(true);
  sender.set({ valence: 1 });
  sender.applied(1, { valence: 100 });
  pass(200);
  sender.set({ arousal: 1 });

  sender.closed();
  pass(200);
  sender.opened(true);

  assert.deepEqual(sent.at(-1), { id: 3, controls: { arousal: 1 } });
});

test("a new session was told everything in the greeting", () => {
  const { sender, sent, pass } = build();
  sender.opened(true);
  sender.set({ arousal: 1 });
  sender.closed();
  pass(200);

  sender.opened(false);
  pass(200);

  assert.equal(sent.length, 1);
});

test("it knows the frame at which a change sounds", () => {
  const { sender } = build();
  sender.opened(true);
  sender.set({ style: "drive" });

  sender.applied(1, { style: 96_000 });

  assert.equal(sender.landing("style"), 96_000);
  assert.equal(sender.landing("valence"), 0);
});

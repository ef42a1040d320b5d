import assert from "node:assert/strict";
import { test } from "node:test";

import { opusPackets, parseChunk, pcmChannels } from "../../web/protocol.js";

/** A binary message; `body` is a list of bytes. */
function message({ type = 2, flags = 0, count = 0, seq = 7, pts = 0n }, body) {
  const bytes = new Uint8Array(16 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, type);
  view.setUint8(1, flags);
  view.setUint16(2, count, true);
  view.setUint32(4, seq, true);
  view.setBigUint64(8, pts, true);
  bytes.set(body, 16);
  return bytes.buffer;
}

test("the head of a binary message is read field by field", () => {
  const chunk = parseChunk(message({ type: 1, flags: 1, count: 3, seq: 9, pts: 2n ** 40n }, []));

  const { body, ...head } = chunk;
  assert.deepEqual(head, {
    codec: "opus", splice: true, discontinuity: false, count: 3, seq: 9, pts: 2 ** 40,
  });
});

test("opus packets come out one by one", () => {
  const chunk = parseChunk(message({ type: 1, count: 2 }, [2, 0, 11, 12, 1, 0, 13]));

  assert.deepEqual(opusPackets(chunk).map((packet) => [...packet]), [[11, 12], [13]]);
});

test("samples are split into channels at full scale 32767", () => {
  const chunk = parseChunk(message({ count: 2 }, [255, 127, 1, 128, 1, 0, 255, 255]));

  const { left, right } = pcmChannels(chunk);

  assert.deepEqual([...left], [1, Math.fround(1 / 32767)]);
  assert.deepEqual([...right], [-1, Math.fround(-1 / 32767)]);
});

for (const [name, bytes] of [
  ["a message without its head", new ArrayBuffer(15)],
  ["an unknown type", message({ type: 3 }, [])],
]) {
  test(`${name} is refused`, () => {
    assert.throws(() => parseChunk(bytes), RangeError);
  });
}

test("a message that is cut short is refused", () => {
  const opus = parseChunk(message({ type: 1, count: 1 }, [9, 0, 1]));
  const pcm = parseChunk(message({ count: 2 }, [0, 0, 0, 0]));

  assert.throws(() => opusPackets(opus), RangeError);
  assert.throws(() => pcmChannels(pcm), RangeError);
});

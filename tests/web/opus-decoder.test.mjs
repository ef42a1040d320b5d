import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { canDecodeOpus, OpusDecoder } from "../../web/worker/opus-decoder.js";

const PACKET = 960;
const PRESKIP = 312;

/** Stands for the browser's decoder: every packet becomes 960 frames that hold its own number. */
class Decoder {
  static isConfigSupported = async () => ({ supported: true });

  constructor({ output }) {
    this.output = output;
    this.state = "configured";
  }

  configure() {}

  decode({ data }) {
    const copyTo = (plane) => plane.fill(data[0]);
    this.output({ numberOfFrames: PACKET, copyTo, close: () => {} });
  }
}

class Chunk {
  constructor({ data }) {
    this.data = data;
  }
}

/** What comes out, as [pts, frames, splice, value]. */
function decode(packets) {
  const heard = [];
  const decoder = new OpusDecoder(
    PRESKIP,
    (pts, splice, left) => heard.push([pts, left.length, splice, left[0]]),
    assert.fail,
  );
  for (const [pts, splice, value] of packets) decoder.decode(pts, splice, Uint8Array.of(value));
  return heard;
}

beforeEach(() => {
  globalThis.AudioDecoder = Decoder;
  globalThis.EncodedAudioChunk = Chunk;
});

test("the delay of the codec is taken off, and nothing sounds before frame 0", () => {
  const heard = decode([[0, false, 1], [PACKET, false, 2]]);

  assert.deepEqual(heard, [[0, PACKET - PRESKIP, false, 1], [PACKET - PRESKIP, PACKET, false, 2]]);
});

test("a splice begins at its own frame: what the codec still held of the old sound is dropped", () => {
  const heard = decode([[4_800, false, 1], [2_880, true, 2]]);

  assert.deepEqual(heard.at(-1), [2_880, PACKET - PRESKIP, true, 2]);
});

test("a browser without a decoder gets plain samples", async () => {
  assert.equal(await canDecodeOpus(), true);

  delete globalThis.AudioDecoder;
  assert.equal(await canDecodeOpus(), false);

  globalThis.AudioDecoder = { isConfigSupported: async () => { throw new TypeError(); } };
  assert.equal(await canDecodeOpus(), false);
});

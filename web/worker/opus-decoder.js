const MICROSECONDS_PER_FRAME = 1e6 / 48_000;

/** @type {AudioDecoderConfig} */
const CONFIG = { codec: "opus", sampleRate: 48_000, numberOfChannels: 2 };

/**
 * @callback SoundListener
 * @param {number} pts
 * @param {boolean} splice
 * @param {Float32Array} left
 * @param {Float32Array} right
 */

/** Whether this browser decodes Opus by WebCodecs. */
export async function canDecodeOpus() {
  if (typeof AudioDecoder === "undefined") return false;
  try {
    return (await AudioDecoder.isConfigSupported(CONFIG)).supported === true;
  } catch {
    return false;
  }
}

/**
 * Opus packets in, pts-stamped sound out. One decoder lives as long as the session, across
 * reconnections: a new one would need 80 ms of packets before it sounds right.
 */
export class OpusDecoder {
  /**
   * @param {number} preskip frames by which the codec delays the sound
   * @param {SoundListener} onSound
   * @param {(reason: string) => void} onError
   */
  constructor(preskip, onSound, onError) {
    this._preskip = preskip;
    this._onSound = onSound;
    /** @type {{ pts: number, splice: boolean }[]} what is inside the decoder, oldest first */
    this._inside = [];
    this._decoder = new AudioDecoder({
      output: (data) => this._take(data),
      error: (error) => onError(String(error)),
    });
    this._decoder.configure(CONFIG);
  }

  /**
   * @param {number} pts
   * @param {boolean} splice
   * @param {Uint8Array<ArrayBuffer>} packet
   */
  decode(pts, splice, packet) {
    this._inside.push({ pts, splice });
    const timestamp = Math.round(pts * MICROSECONDS_PER_FRAME);
    this._decoder.decode(new EncodedAudioChunk({ type: "key", timestamp, data: packet }));
  }

  close() {
    if (this._decoder.state !== "closed") this._decoder.close();
  }

  /** @param {AudioData} data */
  _take(data) {
    const packet = this._inside.shift();
    const frames = data.numberOfFrames;
    const left = new Float32Array(frames);
    const right = new Float32Array(frames);
    data.copyTo(left, { planeIndex: 0, format: "f32-planar" });
    data.copyTo(right, { planeIndex: 1, format: "f32-planar" });
    data.close();
    if (!packet) return;
    const pts = packet.pts - this._preskip;
    // Frames before the cut are the end of what the splice throws away; those before 0, silence.
    const unwanted = packet.splice ? this._preskip : Math.max(0, -pts);
    this._onSound(pts + unwanted, packet.splice, left.slice(unwanted), right.slice(unwanted));
  }
}

const SAMPLE_RATE = 48_000;

const GLIDE_SECONDS = 0.06; // play, stop, mute and volume never jump
const REST_MS = 2_000 * GLIDE_SECONDS; // the fade has been heard by then
const PATIENCE_MS = 5_000; // a browser without an audio device never says so
const WATCH_MS = 1_000;
const STILL_WATCHES = 2; // a device whose clock stood still for so many has stopped
const SLEEP_FADE_SECONDS = 45;
const SLEEP_FADE = Float32Array.from({ length: 65 }, (_, step) => (1 - step / 64) ** 2);

/** The audio device does not run. */
export class NoLoudspeaker extends Error {}

/**
 * The audio context with what lies between player and ear: volume, sleep timer, tap and analyser.
 * It notices when the system takes the device away, and takes it back as soon as it can.
 */
export class Loudspeaker {
  /** @param {(interrupted: boolean) => void} onInterrupted */
  constructor(onInterrupted) {
    this._onInterrupted = onInterrupted;
    this._onSlept = () => {};
    this._playing = false;
    this._interrupted = false;
    this._gain = 1;
    this._sleepEnd = Infinity; // in seconds of the context
    this._resting = 0;
    this._device = "";
    this._lastTime = -1;
    this._still = 0;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {GainNode | null} */
    this._volume = null;
    /** @type {GainNode | null} */
    this._sleep = null;
    /** @type {AnalyserNode | null} */
    this.analyser = null;
    /** @type {MessagePort | null} the tap on what goes to the device */
    this.tap = null;
  }

  /** Whether there is anything to fade. */
  get ready() {
    return this.context !== null;
  }

  /** Whether the volume has come to where it was set. */
  get settled() {
    return this._volume?.gain.value === Math.fround(this._playing ? this._gain : 0);
  }

  open() {
    const context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "playback" });
    this.context = context;
    this._volume = new GainNode(context, { gain: 0 });
    this._sleep = new GainNode(context);
    if (this._device) this.playOn(this._device);
    context.onstatechange = () => this._watch();
    for (const name of ["visibilitychange", "focus", "pageshow", "online"]) {
      addEventListener(name, () => this._watch(), true);
    }
    navigator.mediaDevices?.addEventListener("devicechange", () => this._watch());
    setInterval(() => this._watchClock(), WATCH_MS);
    return context;
  }

  /** @param {AudioNode} player */
  connect(player) {
    const { context, _volume: volume, _sleep: sleep } = this;
    if (!context || !volume || !sleep) return;
    const tap = new AudioWorkletNode(context, "tap", { outputChannelCount: [2] });
    this.analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0.75 });
    player.connect(volume).connect(sleep).connect(tap).connect(context.destination);
    sleep.connect(this.analyser);
    this.tap = tap.port;
  }

  /** Let the audio device run, or find out that there is none. */
  async wake() {
    clearTimeout(this._resting);
    const running = this.context?.resume().then(() => true);
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, false));
    if (!(await Promise.race([running, patience]))) throw new NoLoudspeaker("no device runs");
  }

  /** Sound is wanted from here on. */
  begin() {
    this._playing = true;
    this._interrupted = false;
    this._still = 0;
    this._glide(this._gain);
  }

  /** Fade out, then let the device go. */
  rest() {
    this._playing = false;
    this._glide(0);
    this._resting = setTimeout(() => this.context?.suspend(), REST_MS);
  }

  /** @param {string} device an id of `enumerateDevices` */
  playOn(device) {
    this._device = device;
    // Not in every type library yet: https://webaudio.github.io/web-audio-api/#dom-audiocontext-setsinkid
    const context = /** @type {any} */ (this.context);
    context?.setSinkId(device).catch((/** @type {Error} */ error) => console.info(error.message));
  }

  /** @param {number} gain 0..1 */
  setGain(gain) {
    this._gain = gain;
    if (this._playing) this._glide(gain);
  }

  /** Softer for a moment: something else is to be heard. @param {boolean} ducked */
  duck(ducked) {
    if (this._playing) this._glide(ducked ? 0 : this._gain);
  }

  /**
   * Fade away in some minutes of music and call `onSlept`; the audio clock counts, so a hidden tab
   * is no reason to wake up, and what is paused does not pass.
   * @param {number} minutes 0: never
   * @param {() => void} onSlept
   */
  sleepIn(minutes, onSlept = () => {}) {
    if (!this.context || !this._sleep) return;
    const { currentTime } = this.context;
    this._onSlept = onSlept;
    const { gain } = this._sleep;
    // Firefox knows no hold: there the fade is left with a jump.
    if (!gain.cancelAndHoldAtTime?.(currentTime)) gain.cancelScheduledValues(currentTime);
    gain.setTargetAtTime(1, currentTime, GLIDE_SECONDS);
    this._sleepEnd = minutes > 0 ? currentTime + 60 * minutes : Infinity;
    if (minutes === 0) return;
    const fade = Math.min(SLEEP_FADE_SECONDS, 30 * minutes);
    gain.setValueCurveAtTime(SLEEP_FADE, this._sleepEnd - fade, fade);
  }

  /** Seconds of music until the timer's end; Infinity without one. */
  get sleepSeconds() {
    return this._sleepEnd - (this.context?.currentTime ?? 0);
  }

  watchSleep() {
    if (this.sleepSeconds > 0) return;
    this._sleepEnd = Infinity;
    this._onSlept();
    setTimeout(() => this.sleepIn(0), REST_MS);
  }

  _watchClock() {
    const time = this.context?.currentTime ?? 0;
    this._still = this._playing && time === this._lastTime ? this._still + 1 : 0;
    this._lastTime = time;
    this._watch();
  }

  /** Whether the device runs as wished; if not, ask for it until it does. */
  _watch() {
    const { context } = this;
    if (!context || !this._playing) return;
    const stuck = this._still >= STILL_WATCHES;
    const interrupted = context.state !== "running" || stuck;
    if (interrupted) revive(context, stuck);
    if (interrupted === this._interrupted) return;
    this._interrupted = interrupted;
    this._onInterrupted(interrupted);
  }

  /** @param {number} gain */
  _glide(gain) {
    if (!this.context || !this._volume) return;
    const now = this.context.currentTime;
    const level = this._volume.gain;
    level.cancelScheduledValues(now);
    level.setValueAtTime(level.value, now);
    level.linearRampToValueAtTime(gain, now + GLIDE_SECONDS);
  }
}

/**
 * A device that says it runs but stands still is let go first.
 * @param {AudioContext} context
 * @param {boolean} stuck
 */
async function revive(context, stuck) {
  try {
    if (stuck && context.state === "running") await context.suspend();
    await context.resume();
  } catch {
    // Not yet: whoever holds the device keeps it. The next watch asks again.
  }
}

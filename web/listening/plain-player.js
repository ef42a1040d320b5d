import { PlainLoudspeaker } from "./plain-loudspeaker.js";

/**
 * @import { ClientMessage, Controls, FromWorker, PlayoutReport, Wishes } from "../protocol.js"
 * @typedef {{
 *   id: string, token: string, seed: number, style: string, title: string, controls: Controls,
 *   end: number, urls: { self: string, stream: Record<string, string> },
 * }} SessionState
 */

const SESSIONS = "/api/v1/sessions";
const RATE = 48_000;
const LOOK_MS = 10_000; // between looks at what the piece is called
const KEPT_MS = 50_000; // the server forgets a session that nobody hears after a minute
const AGAIN_MS = 2_000;

/**
 * For addresses where browsers keep worklets and decoders to themselves: the server's endless MP3
 * in a media element, steered by requests. It speaks the words of the full player.
 */
export class PlainPlayer {
  /**
   * @param {(message: FromWorker) => void} onWorker
   * @param {(report: PlayoutReport) => void} onReport
   */
  constructor(onWorker, onReport) {
    this._onWorker = onWorker;
    this._onReport = onReport;
    this.loudspeaker = new PlainLoudspeaker();
    this.heardPts = 0;
    /** @type {SessionState | null} */
    this._session = null;
    /** @type {Wishes | null} what is to be heard now */
    this._wanted = null;
    this._stoppedAt = 0; // so that the first play joins
    this._look = 0;
    this._again = 0;
    const { audio } = this.loudspeaker;
    audio.addEventListener("playing", () => this._report(true));
    audio.addEventListener("timeupdate", () => this._report(!audio.paused));
    for (const event of ["error", "ended"]) audio.addEventListener(event, () => this._lost());
  }

  /** @param {Wishes} wishes */
  async play(wishes) {
    clearTimeout(this._again);
    this._wanted = wishes;
    const { audio } = this.loudspeaker;
    if (!this._session || Date.now() - this._stoppedAt > KEPT_MS) await this._join(wishes);
    if (!this._session) return; // refused, or full: it says so itself
    await audio.play().catch((error) => {
      if (error.name !== "AbortError") throw error; // an abort is a stop
    });
    clearInterval(this._look);
    this._look = setInterval(() => this._lookAgain(), LOOK_MS);
  }

  stop() {
    this._wanted = null;
    clearInterval(this._look);
    clearTimeout(this._again);
    this._stoppedAt = Date.now();
    this.loudspeaker.audio.pause();
  }

  /** @param {ClientMessage} message */
  async send(message) {
    const session = this._session;
    if (!session) return;
    const change = message.type === "set";
    const answer = change
      ? await this._ask("PATCH", session.urls.self, { controls: message.controls })
      : await this._ask("POST", `${session.urls.self}/feedback`, { verdict: "skip" });
    const said = await answer.json();
    if (!change) return;
    const { id } = message;
    if (answer.ok) this._tell({ type: "applied", id, pts: said.applied });
    else this._tell({ type: "error", id, ...said.error });
  }

  /**
   * The same session if it is still there, or another.
   * @param {Wishes} wishes
   */
  async _join(wishes) {
    const session = this._session;
    if (!session) return this._begin(wishes);
    const kept = await this._ask("GET", session.urls.self);
    if (!kept.ok) return this._begin(wishes);
    const fresh = { ...session, ...(await kept.json()) };
    this._session = fresh;
    this._listenTo(fresh);
  }

  /** @param {Wishes} wishes */
  async _begin({ seed, style, controls }) {
    const answer = await this._ask("POST", SESSIONS, { seed, style, controls });
    const said = await answer.json();
    if (answer.status === 429) {
      this._later(1_000 * Number(answer.headers.get("Retry-After") ?? 10), "full");
    } else if (!answer.ok) {
      this._onWorker({ type: "link", state: "refused", reason: said.error.message });
    } else {
      this._welcome(said);
    }
  }

  /** @param {SessionState} session */
  _welcome(session) {
    this._session = session;
    this._listenTo(session);
    const { id, ...rest } = session;
    this._tell({
      ...rest,
      type: "ready",
      session: id,
      codec: "mp3",
      rate: RATE,
      channels: 2,
      packet_frames: 1_152,
      preskip: 0,
      lookahead_ms: 0,
      pts: 0,
      resumed: false,
    });
  }

  /** @param {SessionState} session */
  _listenTo({ urls }) {
    this.loudspeaker.audio.src = urls.stream.mp3;
    this._onWorker({ type: "link", state: "open" });
  }

  async _lookAgain() {
    if (!this._session) return;
    const answer = await this._ask("GET", this._session.urls.self);
    if (!answer.ok || !this._session) return;
    const { title } = await answer.json();
    if (title !== this._session.title) this._tell({ type: "title", title });
    this._session = { ...this._session, title };
  }

  /** The stream broke off. */
  _lost() {
    if (this._wanted) this._later(AGAIN_MS, "lost");
  }

  /**
   * @param {number} retryInMs
   * @param {"full" | "lost"} state
   */
  _later(retryInMs, state) {
    clearInterval(this._look);
    this._stoppedAt = 0;
    this._onWorker({ type: "link", state, retryInMs });
    this._again = setTimeout(() => this._comeBack(), retryInMs);
  }

  _comeBack() {
    if (!this._wanted) return;
    this.play(this._wanted).catch(() => this._lost());
  }

  /**
   * @param {string} method
   * @param {string} address
   * @param {object} [body]
   */
  _ask(method, address, body) {
    /** @type {Record<string, string>} */
    const headers = { "Content-Type": "application/json" };
    if (this._session) headers.Authorization = `Bearer ${this._session.token}`;
    return fetch(address, { method, headers, body: body && JSON.stringify(body) });
  }

  /** @param {boolean} sounding */
  _report(sounding) {
    const { currentTime, buffered } = this.loudspeaker.audio;
    const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : currentTime;
    this.heardPts = Math.round(currentTime * RATE);
    this.loudspeaker.watchSleep();
    this._onReport({
      type: "report",
      played: this.heardPts,
      end: Math.round(end * RATE),
      frame: this.heardPts,
      sounding,
      underruns: 0,
      underFrames: 0,
      skipped: 0,
    });
  }

  /** @param {import("../protocol.js").ServerMessage} message */
  _tell(message) {
    this._onWorker({ type: "message", message });
  }
}

// The parts of the page and what they tell one another; everything starts here.

import { ControlSender } from "./control-sender.js";
import { explainKeys, listenToKeys } from "./keyboard.js";
import { Landings } from "./landings.js";
import { BACK_AGAIN, BACK_WITH_ANOTHER } from "./listening-state.js";
import { Listening } from "./listening.js";
import { MoodPad } from "./mood-pad.js";
import { inWords } from "./mood.js";
import { NowPlaying } from "./now-playing.js";
import { NoLoudspeaker, Player } from "./player.js";
import { ScoreTimeline } from "./score-timeline.js";
import { Stage } from "./stage.js";
import { StatusLine } from "./status-line.js";
import { StyleChoice } from "./style-choice.js";
import { Volume } from "./volume.js";
import { wishesOf, withChanges } from "./wishes.js";

/**
 * @import {
 *   Controls, FromWorker, LinkReport, PlayoutReport, Ready, ServerError, ServerMessage
 * } from "./protocol.js"
 * @import { Mood } from "./mood.js"
 * @import { Shortcut } from "./keyboard.js"
 */

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const timeline = new ScoreTimeline();
const player = new Player(hearWorker, hearPlayout, stop);
const sender = new ControlSender(
  (id, controls) => player.send({ type: "set", id, controls }),
  () => performance.now(),
  (callback, ms) => setTimeout(callback, ms),
);
const listening = new Listening(play, stop);
const styles = new StyleChoice(element("styles"), (style) => change({ style }));
const pad = new MoodPad(element("field"), (changes) => {
  change(changes);
  say(pad.mood);
  stage.wake();
});
const volume = new Volume(element("volume"), (gain) => player.setGain(gain));
const status = new StatusLine(element("health"));
const nowPlaying = new NowPlaying(announce);
const landings = new Landings(sender, timeline, styles, pad);
const stage = new Stage(
  /** @type {HTMLCanvasElement} */ (element("roll")),
  pad,
  timeline,
  () => ({ heard: player.heardPts, sounding: listening.wantsSound }),
  (heard) => {
    nowPlaying.update(timeline, heard);
    landings.update(heard);
  },
);
const help = /** @type {HTMLDialogElement} */ (element("help"));

let wishes = wishesOf(new URLSearchParams(location.search));
/** @type {Ready | null} */
let session = null;
/** @type {PlayoutReport | null} */
let lastReport = null;

// What the listener does

async function play() {
  listening.happen("play");
  stage.wake();
  try {
    await player.play(wishes);
  } catch (error) {
    console.warn("no sound:", error);
    listening.happen(error instanceof NoLoudspeaker ? "no-device" : "failed");
  }
}

function stop() {
  listening.happen("stop");
  player.stop();
}

/** @param {Controls} controls */
function change(controls) {
  if (session) sender.set(controls);
  else wishes = withChanges(wishes, controls);
}

// What the player reports

/** @param {FromWorker} message */
function hearWorker(message) {
  if (message.type === "link") hearLink(message);
  else hearServer(message.message);
}

/** @param {LinkReport} report */
function hearLink({ state, retryInMs = 0, reason = "" }) {
  status.showLink(state);
  if (state !== "open") sender.closed();
  if (state === "open") listening.happen("open");
  else if (state === "lost") listening.happen("lost");
  else if (state === "restarting") listening.happen("restart");
  else if (state === "full") listening.happen("full", String(Math.ceil(retryInMs / 1000)));
  else if (state === "refused") listening.happen("refused", reason);
  else if (state === "failed") listening.happen("failed");
}

/** @param {PlayoutReport} report */
function hearPlayout(report) {
  lastReport = report;
  timeline.prune(report.played);
  status.showPlayout(report);
  if (report.sounding) listening.happen("sound");
}

// What the server says

/** @param {ServerMessage} message */
function hearServer(message) {
  if (message.type === "ready") welcome(message);
  else if (message.type === "notes") timeline.add(message);
  else if (message.type === "applied") sender.applied(message.id, message.pts);
  else if (message.type === "error" && message.id !== undefined) refuse(message.id, message);
}

/** @param {Ready} ready */
function welcome(ready) {
  if (session) listening.say(ready.resumed ? BACK_AGAIN : BACK_WITH_ANOTHER);
  if (!ready.resumed) timeline.clear();
  session = ready;
  sender.opened(ready.resumed);
  status.showCodec(ready.codec);
  nowPlaying.name(ready.title);
  styles.show(ready.style);
}

/**
 * @param {number} id
 * @param {ServerError} error
 */
function refuse(id, { message }) {
  sender.refused(id);
  listening.say(message);
}

/** @param {Mood} mood */
function say(mood) {
  element("mood-words").textContent = inWords(mood);
}

/** @param {string} text */
function announce(text) {
  element("announcement").textContent = text;
}

// Keys

/** @type {readonly Shortcut[]} */
const SHORTCUTS = [
  {
    keys: "Space",
    text: "Play or stop",
    matches: ({ key }) => key === " ",
    run: () => listening.toggle(),
  },
  {
    keys: "← → ↑ ↓",
    text: "Move the mood; with Shift in small steps",
    matches: ({ key }) => key.startsWith("Arrow"),
    run: (event) => pad.takeKey(event),
  },
  {
    keys: "1 – 9",
    text: "Choose a style",
    matches: ({ key }) => /^[1-9]$/.test(key),
    run: ({ key }) => styles.choose(Number(key)),
  },
  {
    keys: "M",
    text: "Mute",
    matches: ({ key }) => key.toLowerCase() === "m",
    run: () => volume.toggleMute(),
  },
  { keys: "?", text: "This help", matches: ({ key }) => key === "?", run: () => help.showModal() },
];
listenToKeys(SHORTCUTS);
explainKeys(element("keys"), SHORTCUTS);
element("help-button").addEventListener("click", () => help.showModal());
element("close-help").addEventListener("click", () => help.close());

// The first picture

say(pad.mood);
if (!Player.supported) listening.happen("insecure");
styles.load().catch((error) => console.warn("no styles:", error));
stage.wake();

/** For the console and for tests: `genmusic.player.capture(frames)` proves what was heard. */
Object.assign(globalThis, {
  genmusic: { player, timeline, pad, sender, session: () => session, report: () => lastReport },
});

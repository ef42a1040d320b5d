// The parts of the page and what they tell one another; everything starts here.

import { Backstage } from "./backstage/backstage.js";
import { ControlPanel } from "./backstage/controls.js";
import { Health } from "./backstage/health.js";
import { OutputChoice } from "./backstage/output-choice.js";
import { Spectrum } from "./backstage/spectrum.js";
import { StyleFault } from "./backstage/style-fault.js";
import { creditPhrase, creditTeachers } from "./backstage/teachers.js";
import { Why } from "./backstage/why.js";
import { Landings } from "./field/landings.js";
import { MoodPad } from "./field/mood-pad.js";
import { inWords, moodOf } from "./field/mood.js";
import { NowPlaying } from "./field/now-playing.js";
import { ScoreTimeline } from "./field/score-timeline.js";
import { Stage } from "./field/stage.js";
import { listenToHands } from "./hands.js";
import { say, speak } from "./language.js";
import { ControlSender } from "./listening/control-sender.js";
import { drawCover } from "./listening/cover.js";
import { Listening } from "./listening/listening.js";
import { NoLoudspeaker } from "./listening/loudspeaker.js";
import { MediaControls } from "./listening/media-session.js";
import { PlainPlayer } from "./listening/plain-player.js";
import { Player } from "./listening/player.js";
import { MidiPanel } from "./midi/panel.js";
import { keepTicket, recall, remember, takeTicket } from "./memory.js";
import { offerRooms, Room } from "./room/room.js";
import { like } from "./tray/like.js";
import { Preview } from "./tray/preview.js";
import { share } from "./tray/share.js";
import { SleepTimer } from "./tray/sleep-timer.js";
import { StyleChoice } from "./tray/style-choice.js";
import { Tray } from "./tray/tray.js";
import { Volume } from "./tray/volume.js";
import { linkTo, wishesOf, withChanges } from "./wishes.js";

/**
 * @import {
 *   Controls, FromWorker, LinkReport, PlayoutReport, Ready, ServerError, ServerMessage
 * } from "./protocol.js"
 */

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const memory = recall();
let wishes = wishesOf(new URLSearchParams(location.search));
speak([memory.language, ...navigator.languages]);

const timeline = new ScoreTimeline();
const full = Player.supported
  ? new Player(hearWorker, hearPlayout, (interrupted) => {
      if (interrupted) listening.happen("interrupted");
    })
  : null;
const player = full ?? new PlainPlayer(hearWorker, hearPlayout);
const sender = new ControlSender(
  (id, controls) => player.send({ type: "set", id, controls }),
  () => performance.now(),
  (callback, ms) => setTimeout(callback, ms),
);
const backstage = new Backstage((code) => remember({ language: code }));
const listening = new Listening(play, stop, hint);
const preview = new Preview((playing) => player.loudspeaker.duck(playing));
const styles = new StyleChoice(element("styles"), preview, (style) => change({ style }));
const pad = new MoodPad(element("field"), (changes) => {
  change(changes);
  stage.wake();
});
const panel = new ControlPanel(element("knobs"), element("mixer"), change);
const midi = new MidiPanel(
  (message) => session && player.send(message),
  () => player.heardPts,
  memory.knobs,
  (knobs) => remember({ knobs }),
);
const timer = new SleepTimer(
  element("timer"),
  player.loudspeaker,
  (tell) => listening.say(tell),
  () => {
    stop();
    listening.say(() => say("slept"));
  },
);
const volume = new Volume(element("volume"), memory.volume, (gain, percent) => {
  player.loudspeaker.setGain(gain);
  preview.setGain(gain);
  remember({ volume: percent });
});
const tray = new Tray(memory.tray, (open) => remember({ tray: open }));
const media = new MediaControls({ play, stop, skip });
const health = new Health(element("health"));
const why = new Why(element("why"));
const spectrum = new Spectrum(/** @type {HTMLCanvasElement} */ (element("spectrum")));
const nowPlaying = new NowPlaying(announce, dressUp);
const room = new Room(wishes.room ?? "", followPerformer);
const landings = new Landings(sender, timeline, showLanding);
const stage = new Stage(
  /** @type {HTMLCanvasElement} */ (element("roll")),
  pad,
  timeline,
  () => ({ heard: player.heardPts, sounding: listening.wantsSound }),
  showMoment,
);
if (full) new OutputChoice(element("output"), (device) => full.loudspeaker.playOn(device));

/** What the listener hears, or is about to. @type {Controls} */
let controls = {};
/** @type {Ready | null} */
let session = null;
/** @type {PlayoutReport | null} */
let lastReport = null;
/** The style that was chosen and is not heard yet. */
let styleToCome = "";
/** Where the ear was when each change was made. @type {Map<string, number>} */
const askedAt = new Map();

// What the listener does

async function play() {
  preview.stop();
  listening.happen("play");
  media.show(true);
  stage.wake();
  try {
    await tables;
    await player.play(wishes);
  } catch (error) {
    console.warn("no sound:", error);
    listening.happen(error instanceof NoLoudspeaker ? "no-device" : "failed");
  }
}

function stop() {
  listening.happen("stop");
  media.show(false);
  player.stop();
}

function skip() {
  if (!session || room.led) return;
  player.send({ type: "skip" });
  listening.say(() => say("skipped"));
}

/** @param {Controls} changes */
function change(changes) {
  if (room.led) return refuseToSteer();
  controls = { ...controls, ...changes };
  panel.show(changes);
  for (const name of Object.keys(changes)) askedAt.set(name, player.heardPts);
  if ("style" in changes || "valence" in changes || "arousal" in changes) keep();
  if (session) sender.set(changes);
  else wishes = withChanges(wishes, changes);
  listening.show();
}

/** In a room the performer steers: everything stays as it is. */
function refuseToSteer() {
  followPerformer(controls);
  listening.say(() => room.refusal);
}

/** What the performer of a room did, when it is heard. @param {Controls} changes */
function followPerformer(changes) {
  takeOver({ ...controls, ...changes });
  listening.show();
}

/** What the listener's own keyboard changed. @param {Controls} changes */
function followHands(changes) {
  for (const name of Object.keys(changes)) askedAt.set(name, player.heardPts);
  followPerformer(changes);
}

/** A button of the keyboard that is the page's affair. @param {string} action */
function obeyButton(action) {
  if (action === "panic") stop();
  else listening.toggle();
}

function keep() {
  remember({ mood: pad.mood, style: styles.chosen?.name ?? memory.style });
}

async function likeIt() {
  if (!session || room.led || element("like").ariaPressed === "true") return;
  element("like").ariaPressed = "true";
  listening.say(() => say("liked"));
  controls = await like(session);
  panel.show(controls);
}

async function shareLink() {
  if (!session) return listening.say(() => say("linkNeedsMusic"));
  const page = new URL(location.href);
  const link = room.led ? page : linkTo(page, session.seed, controls, panel.defaults);
  const word = (await share(link)) ? "linkCopied" : "linkInAddress";
  listening.say(() => say(word));
}

// What the player reports

/** @param {FromWorker} message */
function hearWorker(message) {
  if (message.type === "link") hearLink(message);
  else if (message.type === "traffic") health.showTraffic(message.bytes);
  else hearServer(message.message);
}

/** @param {LinkReport} report */
function hearLink({ state, retryInMs = 0, reason = "" }) {
  health.showLink(state);
  if (state !== "open") sender.closed();
  if (state === "open") listening.happen("open");
  else if (state === "lost") listening.happen("lost");
  else if (state === "restarting") listening.happen("restart");
  else if (state === "full") listening.happen("full", String(Math.ceil(retryInMs / 1000)));
  else if (state === "nobody") listening.happen("nobody");
  else if (state === "refused") listening.happen("refused", reason);
  else if (state === "failed") listening.happen("failed");
}

/** @param {PlayoutReport} report */
function hearPlayout(report) {
  lastReport = report;
  timeline.prune(report.played);
  if (backstage.open) health.showPlayout(report);
  if (report.sounding) listening.happen("sound");
}

// What the server says

/** @param {ServerMessage} message */
function hearServer(message) {
  if (message.type === "ready") welcome(message);
  else if (message.type === "notes") timeline.add(message);
  else if (message.type === "title") nowPlaying.name(message.title);
  else if (message.type === "room") room.hear(message);
  else if (message.type === "moved" && room.led) room.expect(message);
  else if (message.type === "moved") followHands(message.controls);
  else if (message.type === "learned") midi.hearLearned(message);
  else if (message.type === "asked") obeyButton(message.action);
  else if (message.type === "applied") hearApplied(message.id, message.pts);
  else if (message.type === "error" && message.id !== undefined) refuse(message.id, message);
}

/** @param {Ready} ready */
function welcome(ready) {
  const goesOn = ready.resumed && session !== null;
  if (session && !room.led) listening.say(() => say(goesOn ? "backAgain" : "backWithAnother"));
  else if (ready.codec === "pcm16" && wishes.codecs.includes("opus"))
    listening.say(() => say("plainSamples"));
  if (!goesOn) timeline.clear();
  room.begin();
  midi.begin();
  session = ready;
  sender.opened(goesOn);
  health.showCodec(ready.codec);
  nowPlaying.name(ready.title);
  if (!goesOn) takeOver(ready.controls); // else what was changed meanwhile is on its way
}

/** @param {Controls} known how things stand on the server */
function takeOver(known) {
  controls = known;
  panel.show(controls);
  pad.show(moodOf(controls));
  styles.show(String(controls.style));
  stage.wake();
}

/**
 * @param {number} id
 * @param {Record<string, number>} landed
 */
function hearApplied(id, landed) {
  sender.applied(id, landed);
  for (const [name, pts] of Object.entries(landed)) {
    const from = askedAt.get(name);
    if (from !== undefined) health.showLatency(Math.max(0, pts - from));
  }
}

/**
 * @param {number} id
 * @param {ServerError} error
 */
function refuse(id, { message }) {
  sender.refused(id);
  listening.say(() => message);
}

// What is shown

/** Once for each picture. @param {number} heard */
function showMoment(heard) {
  nowPlaying.update(timeline, heard);
  landings.update(heard);
  room.update(heard);
  if (!backstage.open) return;
  const bar = timeline.barAt(heard);
  if (bar) {
    why.show(bar, controls, styles.moodOf(bar.style));
    panel.showActual(bar.parameters);
    panel.showCue(bar.cue);
  }
  spectrum.draw(player.loudspeaker.analyser);
}

/**
 * @param {string} name
 * @param {import("./field/landings.js").Due | null} due
 */
function showLanding(name, due) {
  if (name === "valence" || name === "arousal") pad.showLanding(due);
  else if (name === "style") showStyleLanding(due);
  else panel.showLanding(name, due);
}

/** @param {import("./field/landings.js").Due | null} due */
function showStyleLanding(due) {
  styles.showLanding(due);
  const toCome = due ? (styles.chosen?.title ?? "") : "";
  if (toCome === styleToCome) return;
  styleToCome = toCome;
  listening.show();
}

/** What there is to say while all is well. */
function hint() {
  if (styleToCome) return say("styleComes", styleToCome);
  return timer.hint || inWords(pad.mood);
}

/** A new piece: its name and picture for the lock screen. @param {string} title */
async function dressUp(title) {
  element("like").ariaPressed = "false";
  const bars = timeline.bars.filter((bar) => bar.title === title);
  const style = styles.titleOf(bars[0]?.style ?? session?.style ?? "");
  media.name(title, style, await drawCover(bars, pad.mood));
}

/** @param {string} text */
function announce(text) {
  element("announcement").textContent = text;
}

// Hands

listenToHands({
  play: () => listening.toggle(),
  mood: (event) => pad.takeKey(event),
  style: (number) => styles.choose(number),
  skip,
  like: likeIt,
  mute: () => volume.toggleMute(),
  timer: () => timer.next(),
  share: shareLink,
  more: () => backstage.toggle(),
  reset: () => panel.reset(),
});

// The first picture

const asked = room.led || wishes.seed !== undefined || wishes.controls !== undefined;
if (!asked) wishes = withChanges(wishes, moodOf(memory.mood));
pad.show(moodOf(wishes.controls ?? {}));
if (asked) {
  const described = () => [styles.chosen?.title, inWords(pad.mood).toLowerCase()];
  listening.invitation = () =>
    room.led
      ? say("room.invitation", room.name)
      : say("linkOpened", described().filter(Boolean).join(", "));
}
const ticket = takeTicket();
if (ticket) {
  wishes = { ...wishes, ticket };
  listening.invitation = () => say("state.paused");
}
document.addEventListener("visibilitychange", () => keepTicket(document.hidden && !room.led ? session : null));
const tables = Promise.all([styles.load(), panel.load()])
  .catch((error) => console.warn("a table is missing:", error))
  .then(knowTables);

function knowTables() {
  const { style } = memory;
  if (!asked && !wishes.style && styles.has(style)) wishes = withChanges(wishes, { style });
  wishes = { ...wishes, controls: panel.known(wishes.controls ?? {}) };
  controls = { ...panel.defaults, ...wishes.controls };
  midi.offer(panel.turned);
  panel.show(controls);
  styles.show(wishes.style ?? String(panel.defaults.style ?? ""));
  listening.show();
}

new StyleFault(element("fault"), () => (backstage.open ? String(controls.style ?? "") : ""));
creditPhrase(element("credits"), element("ask-credits"), () => session);
creditTeachers(element("teachers")).catch((error) => console.warn("no teachers:", error));
if (!room.led) offerRooms(element("doors")).catch((error) => console.warn("no rooms:", error));
if (!full && room.led) listening.happen("refused", say("room.needsFull"));
else if (!full) listening.happen("insecure");
listening.show();
stage.wake();

/** For the console and for tests: `genmusic.player.capture(frames)` proves what was heard. */
Object.assign(globalThis, {
  genmusic: {
    player,
    timeline,
    pad,
    sender,
    styles,
    timer,
    tray,
    session: () => session,
    report: () => lastReport,
  },
});

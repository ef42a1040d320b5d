// The parts of the page and what they tell one another; everything starts here.

import { Backstage } from "./backstage/backstage.js";
import { OutputChoice } from "./backstage/output-choice.js";
import { StyleFault } from "./backstage/style-fault.js";
import { creditPhrase, creditTeachers } from "./backstage/teachers.js";
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
import { Steering } from "./steering.js";
import { like } from "./tray/like.js";
import { Preview } from "./tray/preview.js";
import { share } from "./tray/share.js";
import { SleepTimer } from "./tray/sleep-timer.js";
import { StyleChoice } from "./tray/style-choice.js";
import { Tray } from "./tray/tray.js";
import { Volume } from "./tray/volume.js";
import { linkTo, wishesOf } from "./wishes.js";

/**
 * @import { Due } from "./field/landings.js"
 * @import { Controls, FromWorker, PlayoutReport, Ready, ServerMessage } from "./protocol.js"
 */

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const memory = recall();
const wishes = wishesOf(new URLSearchParams(location.search));
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
const steering = new Steering(wishes, sender, () => player.heardPts, showControls);
const backstage = new Backstage(
  change,
  (name) => midi.learn(name),
  (code) => remember({ language: code }),
);
const { health, knobs } = backstage;
const listening = new Listening(play, stop, hint);
const preview = new Preview((playing) => player.loudspeaker.duck(playing));
const styles = new StyleChoice(element("styles"), preview, (style) => change({ style }));
const pad = new MoodPad(element("field"), (changes) => {
  change(changes);
  stage.wake();
});
const midi = new MidiPanel(
  (message) => steering.session && player.send(message),
  () => player.heardPts,
  memory.knobs,
  (learned) => remember({ knobs: learned }),
  (control) => knobs.showLearning(control),
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
const room = new Room(wishes.room ?? "", followPerformer);
const nowPlaying = new NowPlaying(room.led ? "room.untitled" : "untitled", announce, dressUp);
const landings = new Landings(sender, timeline, showLanding);
const stage = new Stage(
  /** @type {HTMLCanvasElement} */ (element("roll")),
  pad,
  timeline,
  () => ({ heard: player.heardPts, sounding: listening.wantsSound }),
  showMoment,
);
if (full) new OutputChoice(element("output"), (device) => full.loudspeaker.playOn(device));

/** @type {PlayoutReport | null} */
let lastReport = null;
/** The style that was chosen and is not heard yet. */
let styleToCome = "";

// What the listener does

async function play() {
  preview.stop();
  listening.happen("play");
  media.show(true);
  stage.wake();
  try {
    await tables;
    await player.play(steering.wishes);
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
  if (!steering.session || room.led) return;
  player.send({ type: "skip" });
  listening.say(() => say("skipped"));
}

/** @param {Controls} changes */
function change(changes) {
  if (room.led) return refuseToSteer();
  steering.change(changes);
  knobs.show(changes);
  if ("style" in changes || "valence" in changes || "arousal" in changes) keep();
  listening.show();
}

/** In a room the performer steers: everything stays as it is. */
function refuseToSteer() {
  steering.follow({});
  listening.say(() => room.refusal);
}

/** What the performer of a room did, when it is heard. @param {Controls} changes */
function followPerformer(changes) {
  steering.follow(changes);
  listening.show();
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
  const { session } = steering;
  if (!session || room.led || element("like").ariaPressed === "true") return;
  element("like").ariaPressed = "true";
  listening.say(() => say("liked"));
  steering.follow(await like(session));
}

async function shareLink() {
  const { session, controls } = steering;
  if (!session) return listening.say(() => say("linkNeedsMusic"));
  const page = new URL(location.href);
  const link = room.led ? page : linkTo(page, session.seed, controls, knobs.defaults);
  const word = await share(link, nowPlaying.title);
  if (word) listening.say(() => say(word));
}

// What the player reports

/** @param {FromWorker} message */
function hearWorker(message) {
  if (message.type === "message") return hearServer(message.message);
  if (message.type === "traffic") return health.showTraffic(message.bytes);
  health.showLink(message.state);
  if (message.state !== "open") sender.closed();
  listening.hear(message);
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
  else if (message.type === "moved") steering.followKeyboard(message.controls);
  else if (message.type === "learned") midi.hearLearned(message);
  else if (message.type === "asked") obeyButton(message.action);
  else if (message.type === "applied") {
    sender.applied(message.id, message.pts);
    steering.latencies(message.pts).forEach((frames) => health.showLatency(frames));
  } else if (message.type === "error" && message.id !== undefined) {
    sender.refused(message.id);
    listening.say(() => message.message);
  }
}

/** @param {Ready} ready */
function welcome(ready) {
  const isNew = steering.session === null;
  room.begin();
  midi.begin();
  const goesOn = steering.begin(ready);
  if (!goesOn) timeline.clear();
  if (!isNew && !room.led) listening.say(() => say(goesOn ? "backAgain" : "backWithAnother"));
  else if (ready.codec === "pcm16" && wishes.codecs.includes("opus"))
    listening.say(() => say("plainSamples"));
  health.showCodec(ready.codec);
  nowPlaying.name(ready.title);
}

// What is shown

/** Once for each picture. @param {number} heard */
function showMoment(heard) {
  nowPlaying.update(timeline, heard);
  landings.update(heard);
  room.update(heard);
  if (!backstage.open) return;
  const bar = timeline.barAt(heard);
  const follows = styles.moodOf(bar?.style ?? "");
  backstage.show(bar, steering.controls, follows, player.loudspeaker.analyser);
}

/** All of them, after others than the listener moved some. @param {Controls} controls */
function showControls(controls) {
  knobs.show(controls);
  pad.show(moodOf(controls));
  styles.show(String(controls.style));
  stage.wake();
}

/**
 * @param {string} name
 * @param {Due | null} due
 */
function showLanding(name, due) {
  if (name === "valence" || name === "arousal") pad.showLanding(due);
  else if (name === "style") showStyleLanding(due);
  else knobs.showLanding(name, due);
}

/** @param {Due | null} due */
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
  const style = styles.titleOf(bars[0]?.style ?? steering.session?.style ?? "");
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
  reset: () => knobs.reset(),
});

// The first picture

const asked = room.led || wishes.seed !== undefined || wishes.controls !== undefined;
if (!asked) steering.change(moodOf(memory.mood));
pad.show(moodOf(steering.wishes.controls ?? {}));
if (asked) listening.invitation = room.led ? () => say("room.invitation", room.name) : describeLink;
const ticket = takeTicket();
if (ticket) {
  steering.goOnWith(ticket);
  listening.invitation = () => say("state.paused");
}
document.addEventListener("visibilitychange", () =>
  keepTicket(document.hidden && !room.led ? steering.session : null),
);
const tables = Promise.all([styles.load(), knobs.load()])
  .catch((error) => console.warn("a table is missing:", error))
  .then(knowTables);

/** What will play when somebody else's link was opened. */
function describeLink() {
  const described = [styles.chosen?.title, inWords(pad.mood).toLowerCase()];
  return say("linkOpened", described.filter(Boolean).join(", "));
}

function knowTables() {
  const { style } = memory;
  if (!asked && !wishes.style && styles.has(style)) steering.change({ style });
  steering.learn((controls) => knobs.known(controls), knobs.defaults);
  midi.offer(knobs.turned);
  knobs.show(steering.controls);
  styles.show(steering.wishes.style ?? String(knobs.defaults.style ?? ""));
  listening.show();
}

new StyleFault(element("fault"), () => (backstage.open ? String(steering.controls.style ?? "") : ""));
creditPhrase(element("credits"), element("ask-credits"), () => steering.session);
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
    session: () => steering.session,
    report: () => lastReport,
  },
});

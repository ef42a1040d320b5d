/**
 * @typedef {"idle" | "connecting" | "playing" | "paused" | "reconnecting" | "restarting"
 *   | "full" | "insecure" | "silent" | "refused" | "broken"} State
 * @typedef {"play" | "stop" | "insecure" | "sound" | "open" | "lost" | "restart" | "full"
 *   | "no-device" | "refused" | "failed"} Event
 */

const WHILE_WAITING = /** @type {const} */ ({
  stop: "paused",
  lost: "reconnecting",
  restart: "restarting",
  full: "full",
  refused: "refused",
  failed: "broken",
  "no-device": "silent",
});

/** What each event makes of each state; an event that is not named changes nothing. */
const NEXT = /** @type {Record<State, Partial<Record<Event, State>>>} */ ({
  idle: { play: "connecting", insecure: "insecure", failed: "broken" },
  connecting: { ...WHILE_WAITING, sound: "playing" },
  playing: WHILE_WAITING,
  paused: { play: "connecting", refused: "refused", failed: "broken" },
  reconnecting: { ...WHILE_WAITING, open: "connecting" },
  restarting: { ...WHILE_WAITING, lost: "restarting", open: "connecting" },
  full: { ...WHILE_WAITING, open: "connecting" },
  silent: { play: "connecting" },
  insecure: {},
  refused: {},
  broken: {},
});

/**
 * @param {State} state
 * @param {Event} event
 * @returns {State}
 */
export function nextState(state, event) {
  return NEXT[state][event] ?? state;
}

/**
 * Whether the listener has asked for sound: the big button then stops.
 * @param {State} state
 */
export function wantsSound(state) {
  return !["idle", "paused", "silent", "insecure", "refused", "broken"].includes(state);
}

/** What each state says to the listener; {} stands for its detail. @type {Record<State, string>} */
const SENTENCES = {
  idle: "Press play. Nobody else hears this piece.",
  connecting: "Tuning up …",
  playing: "",
  paused: "Paused. Play goes on where you left off.",
  reconnecting: "The line dropped for a moment. We are getting it back.",
  restarting: "The server is restarting. The music comes back by itself.",
  full: "Every seat is taken. We try again in {} s.",
  insecure:
    "Browsers keep sound like this to secure addresses. " +
    "Open the page over https, or as localhost on the machine that runs it.",
  silent: "No loudspeaker answered. Connect one, then press play.",
  refused: "The server cannot play this: {}.",
  broken: "Something broke. Reload the page to begin again.",
};

/** What is said for a moment when music is back after a loss. */
export const BACK_AGAIN = "Picking up where we left off.";
/** The same when the old session is gone. */
export const BACK_WITH_ANOTHER = "A new piece, in your mood.";

/**
 * @param {State} state
 * @param {string | number} detail
 */
export function sentence(state, detail = "") {
  return SENTENCES[state].replace("{}", String(detail));
}

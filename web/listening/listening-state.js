/**
 * @typedef {"idle" | "connecting" | "playing" | "paused" | "reconnecting" | "restarting"
 *   | "full" | "waiting" | "interrupted" | "silent" | "insecure" | "refused" | "broken"} State
 * @typedef {"play" | "stop" | "insecure" | "sound" | "open" | "lost" | "restart" | "full" | "nobody"
 *   | "interrupted" | "no-device" | "refused" | "failed"} Event
 */

const WHILE_WAITING = /** @type {const} */ ({
  stop: "paused",
  lost: "reconnecting",
  restart: "restarting",
  full: "full",
  nobody: "waiting",
  refused: "refused",
  failed: "broken",
  "no-device": "silent",
  interrupted: "interrupted",
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
  waiting: { ...WHILE_WAITING, open: "connecting" },
  interrupted: { ...WHILE_WAITING, lost: "interrupted", sound: "playing" },
  silent: { play: "connecting" },
  insecure: { play: "connecting" },
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

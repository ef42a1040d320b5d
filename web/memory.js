/** @import { Ticket } from "./protocol.js" */

const KEY = "genmusic";

/**
 * @typedef {{
 *   volume: number, mood: { valence: number, arousal: number }, style: string,
 *   language: string, tray: boolean, knobs: import("./midi/panel.js").Learned,
 * }} Memory what the page knows of its listener; it stays in this browser
 */

/** What a stranger is taken for, and what kind each thing is. @type {Memory} */
const STRANGER = {
  volume: 100,
  mood: { valence: 0, arousal: 0 },
  style: "",
  language: "",
  tray: true,
  knobs: {},
};

/** @returns {Memory} */
export function recall() {
  const kept = read();
  const things = Object.entries(STRANGER).map(([name, usual]) => {
    const value = kept[name];
    return [name, typeof value === typeof usual && value !== null ? value : usual];
  });
  return Object.fromEntries(things);
}

/** @param {Partial<Memory>} changes */
export function remember(changes) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...recall(), ...changes }));
  } catch {
    // A private window keeps nothing: the page works without.
  }
}

/** @returns {Record<string, unknown>} whatever lies there */
function read() {
  try {
    return Object(JSON.parse(localStorage.getItem(KEY) ?? "{}"));
  } catch {
    return {}; // the browser keeps nothing, or something else wrote here
  }
}

const TICKET = "genmusic.ticket";

/**
 * While the page is out of sight: what opens its session again if the browser lets go of it.
 * @param {Ticket | null} ticket
 */
export function keepTicket(ticket) {
  try {
    if (!ticket) return sessionStorage.removeItem(TICKET);
    const { session, token } = ticket;
    sessionStorage.setItem(TICKET, JSON.stringify({ session, token, at: location.search }));
  } catch {
    // As above.
  }
}

/** The ticket of the page that stood here before at the same address. @returns {Ticket | undefined} */
export function takeTicket() {
  try {
    const { session, token, at } = Object(JSON.parse(sessionStorage.getItem(TICKET) ?? "{}"));
    keepTicket(null);
    return at === location.search ? { session, token } : undefined;
  } catch {
    return undefined;
  }
}

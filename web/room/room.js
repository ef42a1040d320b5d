import { build, write } from "../build.js";
import { asSentence, onLanguage, say, sayOr } from "../language.js";

/** @import { Controls, Moved, RoomState } from "../protocol.js" */

/** What belongs to the performer while a room is heard. */
const THEIRS = ["styles", "knobs", "mixer", "reset", "like", "skip", "midi", "ask-credits"];

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** A room where somebody else conducts: the page shows who, and follows their hands. */
export class Room {
  /**
   * @param {string} name of the room that the address asks for; empty: a piece of one's own
   * @param {(controls: Controls) => void} onMoved what the performer did is heard now
   */
  constructor(name, onMoved) {
    this.name = name;
    this._onMoved = onMoved;
    /** @type {RoomState | null} */
    this._state = null;
    /** @type {Moved[]} by the frame at which they are heard */
    this._coming = [];
    this._sign = element("room");
    this._words = /** @type {HTMLElement} */ (this._sign.querySelector("span"));
    element("leave-room").addEventListener("click", () => location.assign(location.pathname));
    document.body.classList.toggle("in-room", this.led);
    for (const id of THEIRS) element(id).inert = this.led;
    this._sign.hidden = !this.led;
    onLanguage(() => this._show());
  }

  /** Whether somebody else conducts. */
  get led() {
    return this.name !== "";
  }

  /** What to call the performer. */
  get who() {
    return this._state?.who || say("room.somebody");
  }

  /** Why one cannot do what one tried. */
  get refusal() {
    return asSentence(say("room.refusal", this.who));
  }

  /** @param {RoomState} state */
  hear(state) {
    this._state = state;
    this._show();
  }

  /** @param {Moved} moved */
  expect(moved) {
    this._coming.push(moved);
    this._coming.sort((one, other) => one.pts - other.pts);
  }

  /** A new connection: what was to come is told again. */
  begin() {
    this._coming = [];
  }

  /** Once for each picture. @param {number} heard */
  update(heard) {
    while (this._coming.length > 0 && this._coming[0].pts <= heard) {
      const moved = this._coming.shift();
      if (moved) this._onMoved(moved.controls);
    }
  }

  _show() {
    if (!this.led) return;
    const state = this._state?.state ?? "waiting";
    this._sign.dataset.state = state;
    const listening = this._state?.listeners ?? 0;
    const others = listening > 1 ? ` · ${say("room.listeners", listening)}` : "";
    const whose = state === "waiting" ? this.name : this.who;
    write(this._words, asSentence(sayOr(`room.${state}`, this.name, whose)) + others);
  }
}

/**
 * Doors to the rooms in which somebody plays now.
 * @param {HTMLElement} place hidden while there is none
 */
export async function offerRooms(place) {
  const answer = await fetch("/api/v1/rooms");
  if (!answer.ok) throw new Error(`the list of rooms came with status ${answer.status}`);
  /** @type {RoomState[]} */
  const rooms = await answer.json();
  onLanguage(() => {
    const doors = rooms.map(({ name, who }) =>
      build(
        "a",
        { class: "door", href: `?room=${name}` },
        say("room.door", who || say("room.somebody"), name),
      ),
    );
    place.replaceChildren(...doors);
  });
  place.hidden = rooms.length === 0;
}

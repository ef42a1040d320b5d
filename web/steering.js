import { withChanges } from "./wishes.js";

/**
 * @import { ControlSender } from "./listening/control-sender.js"
 * @import { Controls, Ready, Ticket, Wishes } from "./protocol.js"
 */

/**
 * How the music stands and what was asked of it, by the listener or by somebody else's hands.
 * Before a session begins it is what that session should be.
 */
export class Steering {
  /**
   * @param {Wishes} wishes what the address asks for
   * @param {ControlSender} sender
   * @param {() => number} heard the frame at the ear
   * @param {(controls: Controls) => void} show all controls, after others than the listener moved
   */
  constructor(wishes, sender, heard, show) {
    this.wishes = wishes;
    this._sender = sender;
    this._heard = heard;
    this._show = show;
    /** What the listener hears, or is about to. @type {Controls} */
    this.controls = {};
    /** @type {Ready | null} */
    this.session = null;
    /** Where the ear was when each change was made. @type {Map<string, number>} */
    this._askedAt = new Map();
  }

  /** What the listener asks for. @param {Controls} changes */
  change(changes) {
    this._note(changes);
    this.controls = { ...this.controls, ...changes };
    if (this.session) this._sender.set(changes);
    else this.wishes = withChanges(this.wishes, changes);
  }

  /** What other hands did, when it is heard: a performer's, a server's. @param {Controls} changes */
  follow(changes) {
    this.controls = { ...this.controls, ...changes };
    this._show(this.controls);
  }

  /** What the listener's own keyboard changed. @param {Controls} changes */
  followKeyboard(changes) {
    this._note(changes);
    this.follow(changes);
  }

  /**
   * A connection begins.
   * @param {Ready} ready
   * @returns {boolean} whether the music goes on that was heard before
   */
  begin(ready) {
    const goesOn = ready.resumed && this.session !== null;
    this.session = ready;
    this._sender.opened(goesOn);
    if (!goesOn) {
      this.controls = {};
      this.follow(ready.controls); // else what was changed meanwhile is on its way
    }
    return goesOn;
  }

  /** A page that stood here before had a session: go on with it. @param {Ticket} ticket */
  goOnWith(ticket) {
    this.wishes = { ...this.wishes, ticket };
  }

  /**
   * Only what the server knows of what was wished for.
   * @param {(controls: Controls) => Controls} known
   * @param {Controls} defaults
   */
  learn(known, defaults) {
    this.wishes = { ...this.wishes, controls: known(this.wishes.controls ?? {}) };
    this.controls = { ...defaults, ...this.wishes.controls };
  }

  /**
   * How many frames pass between a change and the frame at which it is heard.
   * @param {Record<string, number>} landed
   * @returns {number[]}
   */
  latencies(landed) {
    return Object.entries(landed)
      .filter(([name]) => this._askedAt.has(name))
      .map(([name, pts]) => Math.max(0, pts - (this._askedAt.get(name) ?? 0)));
  }

  /** @param {Controls} changes */
  _note(changes) {
    for (const name of Object.keys(changes)) this._askedAt.set(name, this._heard());
  }
}

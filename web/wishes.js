/** @import { Controls, Wishes } from "./protocol.js" */

const CODECS = ["opus", "pcm16"]; // by preference; the worker leaves out what it cannot decode
const CONTROL = /^[a-z]\w*(\.\w+)?$/;
const ROOM = /^[a-z0-9][a-z0-9-]{0,31}$/;
const NO_CONTROLS = new Set(["seed", "style", "codec", "room"]);

/**
 * What the address asks for: ?seed=7&style=evening&valence=0.4&codec=pcm, or ?room=garden
 * @param {URLSearchParams} query
 * @returns {Wishes}
 */
export function wishesOf(query) {
  /** @type {Wishes} */
  const wishes = { codecs: query.get("codec") === "pcm" ? ["pcm16"] : CODECS };
  const room = query.get("room") ?? "";
  if (ROOM.test(room)) return { ...wishes, room };
  const seed = query.get("seed") ?? "";
  if (/^\d{1,16}$/.test(seed) && Number.isSafeInteger(Number(seed))) wishes.seed = Number(seed);
  const style = query.get("style");
  if (style) wishes.style = style;
  /** @type {Controls} */
  const controls = {};
  for (const [name, text] of query) {
    if (CONTROL.test(name) && !NO_CONTROLS.has(name)) controls[name] = valueOf(text);
  }
  if (Object.keys(controls).length > 0) wishes.controls = controls;
  return wishes;
}

/**
 * What a listener changed is also what their next session should be.
 * @param {Wishes} wishes
 * @param {Controls} changes
 * @returns {Wishes}
 */
export function withChanges(wishes, changes) {
  const { style, ...controls } = { ...wishes.controls, ...changes };
  const changed = { ...wishes, controls };
  return typeof style === "string" ? { ...changed, style } : changed;
}

/**
 * The address at which this music begins again: what stands as it always does is left out.
 * @param {URL} page
 * @param {number} seed
 * @param {Controls} controls
 * @param {Controls} defaults
 */
export function linkTo(page, seed, controls, defaults) {
  const link = new URL(page.pathname, page);
  link.searchParams.set("seed", String(seed));
  for (const [name, value] of Object.entries(controls)) {
    const told = name === "style" || (value !== null && value !== defaults[name]);
    if (told) link.searchParams.set(name, String(value));
  }
  return link;
}

/** @param {string} text */
function valueOf(text) {
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) ? number : text;
}

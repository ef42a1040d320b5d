/** @import { Controls, Wishes } from "./protocol.js" */

const CODECS = ["opus", "pcm16"]; // by preference; the worker leaves out what it cannot decode

/**
 * What the address asks for: ?seed=7&style=evening&codec=pcm
 * @param {URLSearchParams} query
 * @returns {Wishes}
 */
export function wishesOf(query) {
  /** @type {Wishes} */
  const wishes = { codecs: query.get("codec") === "pcm" ? ["pcm16"] : CODECS };
  const seed = query.get("seed") ?? "";
  if (/^\d{1,16}$/.test(seed) && Number.isSafeInteger(Number(seed))) wishes.seed = Number(seed);
  const style = query.get("style");
  if (style) wishes.style = style;
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

import { build } from "../build.js";
import { language, onLanguage, say } from "../language.js";

/**
 * @import { Ticket } from "../protocol.js"
 * @typedef {{ composer: string, title: string, year: string, share: number }} Work
 * @typedef {{ name: string, works: number }} Composer
 * @typedef {{ name: string, works: number, composers: Composer[] }} ModelInfo
 */

const NAMED = 4;

/**
 * Say who taught the models.
 * @param {HTMLElement} place
 */
export async function creditTeachers(place) {
  const answer = await fetch("/api/v1/models");
  if (!answer.ok) throw new Error(`the list of models came with status ${answer.status}`);
  /** @type {ModelInfo[]} */
  const models = await answer.json();
  const names = best(models.flatMap(({ composers }) => composers));
  onLanguage(() => {
    const list = new Intl.ListFormat(language()).format(names);
    place.textContent = say("why.learned", list);
  });
}

/**
 * Say, when asked, which works taught what was just heard.
 * @param {HTMLElement} place
 * @param {HTMLElement} button
 * @param {() => Ticket | null} session whose
 */
export function creditPhrase(place, button, session) {
  /** @type {() => void} */
  let show = () => {};
  onLanguage(() => show());
  button.addEventListener("click", async () => {
    const ticket = session();
    if (!ticket) return;
    const answer = await fetch(`/api/v1/sessions/${ticket.session}/credits`, {
      headers: { Authorization: `Bearer ${ticket.token}` },
    });
    /** @type {Work[] | null} */
    const works = answer.ok ? (await answer.json()).works : null;
    show = () => place.replaceChildren(...(works?.length ? works.map(row) : [none(works)]));
    show();
  });
}

/** @param {Work[] | null} works */
const none = (works) => say(works ? "credits.none" : "credits.later");

/** @param {Work} work */
function row({ composer, title, year, share }) {
  const name = [composer, title, year].filter(Boolean).join(", ");
  return build("li", {}, build("b", {}, `${Math.round(100 * share)} % `), name);
}

/**
 * Those with the most works. A song taught one model its melody and another its piano: it counts
 * once.
 * @param {Composer[]} composers
 */
function best(composers) {
  /** @type {Map<string, number>} */
  const most = new Map();
  for (const { name, works } of composers) most.set(name, Math.max(works, most.get(name) ?? 0));
  return [...most]
    .sort((one, other) => other[1] - one[1])
    .slice(0, NAMED)
    .map(([name]) => name);
}

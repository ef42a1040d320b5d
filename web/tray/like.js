/** @import { Controls, Ticket } from "../protocol.js" */

/**
 * Tell the server that this piece pleases: what follows stays closer to it.
 * @param {Ticket} ticket
 * @returns {Promise<Controls>} how the controls stand then
 */
export async function like({ session, token }) {
  const answer = await fetch(`/api/v1/sessions/${session}/feedback`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ verdict: "like" }),
  });
  if (!answer.ok) throw new Error(`the server answered with status ${answer.status}`);
  return (await answer.json()).controls;
}

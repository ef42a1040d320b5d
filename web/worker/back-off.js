const FIRST_MS = 300;
const LONGEST_MS = 8_000;
const RESTART_SPREAD_MS = 2_000; // so that a restarted server is not met by all listeners at once
const RESTART_RETRY_MS = 500; // while what was sent to play on lasts
const RESTART_TRIES = 12; // then it takes longer, and haste is of no use
const FULL_MS = 10_000;

/** Close codes of the stream protocol. */
export const CLOSE = {
  abnormal: 1006, // nobody said why; or nobody answered
  restart: 1012,
  protocol: 4400,
  token: 4401,
  gone: 4404,
  takenOver: 4409,
  full: 4429, // or talking too fast
};

/**
 * How long to wait before the next attempt, in ms.
 * @param {number} attempt 0 for the first after the loss
 * @param {number} code the close code; that of a restart until the server is back
 * @param {number | undefined} retryAfterSeconds what the server asked for
 * @param {number} chance 0..1, spreads the listeners
 */
export function reconnectDelayMs(attempt, code, retryAfterSeconds, chance) {
  if (code === CLOSE.full) return (retryAfterSeconds ?? FULL_MS / 1000) * 1000 * (1 + chance / 4);
  if (code !== CLOSE.restart) return growing(attempt, chance);
  if (attempt === 0) return RESTART_SPREAD_MS * chance;
  if (attempt < RESTART_TRIES) return RESTART_RETRY_MS * (0.5 + chance);
  return growing(attempt - RESTART_TRIES, chance);
}

/**
 * @param {number} attempt
 * @param {number} chance
 */
function growing(attempt, chance) {
  return Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS) * (0.5 + chance);
}

/** How long the window waits before it tries to reach its host again. */

// A restart of the host takes a second or two, so the first tries come quickly; the longest pause is short
// enough that nobody wonders whether the window has given up.
const firstDelayMs = 250;
const longestDelayMs = 8_000;

/**
 * Milliseconds before attempt number `attempt` (1 is the first retry): doubling from a quarter of a second
 * to eight seconds. `random` in [0, 1) spreads several windows over the upper half of the delay.
 */
export function retryDelayMs(attempt: number, random: number): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.round(delay * (0.5 + random / 2));
}

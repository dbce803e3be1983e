/** How long to wait before the next attempt to reach a peer. */

const firstDelayMs = 1000;
const longestDelayMs = 60_000;

/**
 * Doubles from one second to one minute with every failed attempt in a row, less up to half at random, so
 * that peers who lost each other at the same moment do not all come back at the same moment.
 *
 * @param failures failed attempts so far, at least 1
 * @param random uniform in [0, 1)
 */
export function nextDelayMs(failures: number, random: number): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
  return full * (1 - random / 2);
}

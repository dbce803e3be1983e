/** When an answer stands still for so long that its stages are asked for their progress. Pure. */

/** How often an answer is checked, in milliseconds. */
export const watchEveryMs = 250;
/** A stage that does not report its progress within this time, in milliseconds, has stopped or is out of reach. */
export const probeWithinMs = 500;

/** Least wait that counts, in milliseconds: pauses for garbage collection or a lost packet are over by then. */
const leastMs = 1000;
const tokensMissed = 10;

/** A chain that is not open after this long, in milliseconds, is checked for silent stages. */
export const openSlowMs = 1000;

/**
 * How many times longer to wait after an answer has left `detours` stages for their slowness: where all are slow, as on
 * busy machines, changing again and again would only make them slower.
 */
export function patienceAfter(detours: number): number {
  return 2 ** Math.min(detours, mostDoublings);
}
const mostDoublings = 4;

/** `tokenMs`: the median time between tokens of this answer; 0 before there are two. */
export function isOverdue(waitedMs: number, tokenMs: number, patience: number): boolean {
  return waitedMs > Math.max(leastMs * patience, tokensMissed * tokenMs);
}

/** When an answer stands still for so long that it is worth asking why. Pure. */

/** How often it is looked, in milliseconds. */
export const watchEveryMs = 250;
/** A stage that does not say how far it is within this time does not work, or is out of reach. */
export const probeWithinMs = 500;

/** Pauses of garbage collection, of a busy machine and of a lost packet are over by then. */
const leastMs = 1000;
const tokensMissed = 10;

/** A chain that is not open after this long is asked for a stage that does not answer, in milliseconds. */
export const openSlowMs = 1000;

/**
 * How much longer to wait after an answer has gone round so many stages for their slowness: where all are slow, as on
 * busy machines, going round again and again would only make them slower.
 */
export function patienceAfter(detours: number): number {
  return 2 ** Math.min(detours, mostDoublings);
}
const mostDoublings = 4;

/** `tokenMs`: the median time between tokens of this answer; 0 before there are two. */
export function isOverdue(waitedMs: number, tokenMs: number, patience: number): boolean {
  return waitedMs > Math.max(leastMs * patience, tokensMissed * tokenMs);
}

/** When an answer stands still for so long that it is worth asking why. Pure. */

/** How often it is looked, in milliseconds. */
export const watchEveryMs = 250;
/** A stage that does not say how far it is within this time does not work, or is out of reach. */
export const probeWithinMs = 500;

/** Pauses of garbage collection, of a busy machine and of a lost packet are over by then. */
const leastMs = 1000;
const tokensMissed = 10;

/** `tokenMs`: the median time between tokens of this answer; 0 before there are two. */
export function isOverdue(waitedMs: number, tokenMs: number): boolean {
  return waitedMs > Math.max(leastMs, tokensMissed * tokenMs);
}

/** How long to wait before the next try after failures. Pure; each caller has figures of its own. */

export type BackOff = {
  /** Wait after the first failure, in milliseconds. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** The factor by which the wait grows with each further failure in a row; by default 2. */
  readonly factor?: number;
  /**
   * The share of a wait, from 0 to 1, that chance may take off, so that clients which failed at the same moment do
   * not all come back at the same moment. By default 0.
   */
  readonly spread?: number;
};

/** Bounds the exponent: after weeks of failures, Infinity times a chance of 0 would be NaN. */
const mostSteps = 100;

/**
 * The wait in milliseconds.
 *
 * @param failures failed attempts in a row so far, at least 1
 * @param random uniform in [0, 1); needed where the waits are spread
 */
export function backOffMs(
  { firstMs, longestMs, factor = 2, spread = 0 }: BackOff,
  failures: number,
  random = 0,
): number {
  const full = Math.min(longestMs, firstMs * factor ** Math.min(failures - 1, mostSteps));
  return full * (1 - spread * random);
}

/** How long to wait before the next attempt at something that failed. Pure; each user has its own figures. */

export type BackOff = {
  /** Wait after the first failure, in milliseconds. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** By how much the wait grows with each further failure in a row; by default it doubles. */
  readonly factor?: number;
  /**
   * The share of a wait, from 0 to 1, that chance may take off, so that those who failed at the same moment do not
   * all come back at the same moment. By default none.
   */
  readonly spread?: number;
};

/** The exponent is bounded so that what fails for weeks never makes the wait Infinity × 0. */
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

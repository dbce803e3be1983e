/** When a child that ended by itself is started again. Pure; the supervisor does the waiting. */

export type RestartPolicy = {
  /** Wait after the first crash, in milliseconds; each further crash in a row doubles it. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A child that ran this long was healthy: its crash counts as the first again. */
  readonly steadyAfterMs: number;
};

/** A crash out of the blue is made good before the next request gives up; a minute keeps a hopeless child from wearing out the machine. */
export const defaultRestartPolicy: RestartPolicy = {
  firstDelayMs: 250,
  longestDelayMs: 60_000,
  steadyAfterMs: 60_000,
};

export type Restart = { readonly crashes: number; readonly delayMs: number };

/**
 * What follows a crash.
 *
 * @param crashesBefore crashes in a row before this one
 * @param ranForMs how long the child was ready; 0 when it never was
 */
export function nextRestart(
  policy: RestartPolicy,
  crashesBefore: number,
  ranForMs: number,
): Restart {
  const crashes = ranForMs >= policy.steadyAfterMs ? 1 : crashesBefore + 1;
  // The exponent is bounded so that a child that fails for weeks never makes it Infinity × 0.
  const doubled = policy.firstDelayMs * 2 ** Math.min(crashes - 1, 30);
  return { crashes, delayMs: Math.min(doubled, policy.longestDelayMs) };
}

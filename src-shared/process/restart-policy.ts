/** When a child that ended by itself is started again. Pure; the supervisor does the waiting. */
import { type BackOff, backOffMs } from '../back-off.ts';

export type RestartPolicy = BackOff & {
  /** A child that ran this long was healthy: its crash counts as the first again. */
  readonly steadyAfterMs: number;
};

/**
 * The first restart comes before the next request gives up; a minute keeps a child that always fails from using up
 * the machine.
 */
export const defaultRestartPolicy: RestartPolicy = {
  firstMs: 250,
  longestMs: 60_000,
  steadyAfterMs: 60_000,
};

export type Restart = { readonly crashes: number; readonly delayMs: number };

/**
 * The wait after a crash.
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
  return { crashes, delayMs: backOffMs(policy, crashes) };
}

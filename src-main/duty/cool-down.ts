/**
 * The waiting after a failure: it gets longer with each failure, and ends once the machine has served for a while.
 */
import { type BackOff, backOffMs } from '../../src-shared/back-off.ts';
import { printable } from '../../src-shared/printable.ts';
import { minuteMs, type Moment } from '../../src-shared/local-time.ts';
import type { Work } from './duty-input.ts';

export type CoolDown = {
  /** Number of the newest failure that was seen. */
  readonly failureNumber: number;
  readonly failuresInARow: number;
  readonly code: string;
  readonly message: string;
  /** In monotonic time. */
  readonly endsAtMs: number;
  /** The same moment as wall-clock time, for people. */
  readonly retryAt: number;
};

const waits: BackOff = { firstMs: 10_000, longestMs: 15 * minuteMs };
/** A machine that has served for this long has recovered. */
const recoveredAfterMs = 10 * minuteMs;

/** `servedMs`: how long the machine had been serving until now. */
export function nextCoolDown(
  previous: CoolDown | null,
  failure: Work['failure'],
  servedMs: number,
  now: Moment,
): CoolDown | null {
  const hasRecovered = servedMs >= recoveredAfterMs;
  if (failure === null || failure.number === previous?.failureNumber) {
    return previous === null || !hasRecovered ? previous : { ...previous, failuresInARow: 0 };
  }
  const failuresInARow = (hasRecovered ? 0 : (previous?.failuresInARow ?? 0)) + 1;
  const waitMs = backOffMs(waits, failuresInARow);
  return {
    failureNumber: failure.number,
    failuresInARow,
    code: failure.code,
    message: printable(failure.sentence, 200).replace(/\.$/, ''),
    endsAtMs: now.monotonicMs + waitMs,
    retryAt: now.wallMs + waitMs,
  };
}

/**
 * Longer pauses after work that did not last. A sensor may take our own load, memory or heat for another program's;
 * the machine would then load, release and load again for ever. So a machine that has to release its memory soon
 * after it began, for a cause that its own work can bring about, pauses twice as long each time. Pure.
 */
import { backOffMs } from '../../src-shared/back-off.ts';
import type { Duty, PauseReasonName } from '../../src-shared/duty.ts';
import { minuteMs } from '../../src-shared/local-time.ts';

export type ShortWork = {
  /** How many times in a row the machine stopped soon after it had begun. */
  readonly inARow: number;
  /** When the present work began, in monotonic time. */
  readonly beganAtMs: number | null;
};

export const noShortWork: ShortWork = { inARow: 0, beganAtMs: null };

const shortMs = 10 * minuteMs;
const longestQuietMs = 30 * minuteMs;

/** Causes that our own work can bring about; all others come from outside. */
const maybeOwnDoing: ReadonlySet<PauseReasonName> = new Set([
  'too hot',
  'other GPU load',
  'CPU busy',
  'memory needed',
  'no video memory',
]);

/** @param reasons the reasons that pause the machine now */
export function nextShortWork(
  { inARow, beganAtMs }: ShortWork,
  state: Duty['state'],
  reasons: readonly PauseReasonName[],
  nowMs: number,
): ShortWork {
  if (state === 'starting' || state === 'serving') {
    return { inARow, beganAtMs: beganAtMs ?? nowMs };
  }
  if (beganAtMs === null) {
    return { inARow, beganAtMs };
  }
  if (nowMs - beganAtMs >= shortMs) {
    return noShortWork;
  }
  const isMaybeOwn = reasons.length > 0 && reasons.every((name) => maybeOwnDoing.has(name));
  return { inARow: inARow + (isMaybeOwn ? 1 : 0), beganAtMs: null };
}

/** How long a reason has to be gone, in milliseconds: the owner's time of quiet, doubled from the second time on. */
export function quietAfterShortWork(
  name: PauseReasonName,
  { inARow }: ShortWork,
  steadyQuietMs: number,
): number {
  return maybeOwnDoing.has(name)
    ? Math.max(
        steadyQuietMs,
        backOffMs({ firstMs: steadyQuietMs, longestMs: longestQuietMs }, Math.max(1, inARow)),
      )
    : steadyQuietMs;
}

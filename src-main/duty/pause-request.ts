/**
 * "Pause for an hour": what the owner asked for, stored until it is over. It is over as soon as either clock says so.
 * A wall clock that was set back must not prolong it; sleep, during which the monotonic clock may stand still,
 * counts.
 */
import { z } from 'zod';
import { type PauseCause, type PauseChoice, pauseChoiceSchema } from '../../src-shared/duty.ts';
import { missingCase } from '../../src-shared/errors.ts';
import { minuteMs, type Moment, tomorrowMorning } from '../../src-shared/local-time.ts';

/** Longer than any pause that has an end. */
const longestMs = 2 * 24 * 60 * minuteMs;

/** What is stored on disk. */
export const storedPauseSchema = z.object({
  choice: pauseChoiceSchema,
  askedAtWallMs: z.number(),
  /** null lasts until the owner resumes, or until MindMesh restarts where the owner chose that. */
  durationMs: z.number().min(0).max(longestMs).nullable(),
});
export type StoredPause = z.infer<typeof storedPauseSchema>;

export type PauseRequest = StoredPause & {
  /** In this run's monotonic time. */
  readonly askedAtMonotonicMs: number;
};

/** What the owner wants. (What the machine does is its duty.) */
export type OwnerRequests = {
  /** The owner has given consent, and the app is not about to quit. */
  readonly mayWork: boolean;
  readonly pause: PauseRequest | null;
};

export function askPause(choice: PauseChoice, now: Moment): PauseRequest {
  const asked = { choice, askedAtWallMs: now.wallMs, askedAtMonotonicMs: now.monotonicMs };
  switch (choice) {
    case '1 hour':
      return { ...asked, durationMs: 60 * minuteMs };
    case 'until tomorrow':
      return { ...asked, durationMs: tomorrowMorning(now.wallMs, now.zone) - now.wallMs };
    case 'until restart':
    case 'indefinitely':
    case 'finish then pause':
      return { ...asked, durationMs: null };
    default:
      return missingCase(choice);
  }
}

/** What is left of a pause of an earlier run; null when it is over. */
export function restorePause(stored: StoredPause, now: Moment): PauseRequest | null {
  const restored = { ...stored, askedAtMonotonicMs: now.monotonicMs };
  if (stored.choice === 'until restart' || isPauseOver(restored, now)) {
    return null;
  }
  if (stored.durationMs === null) {
    return restored;
  }
  const passedMs = Math.max(0, now.wallMs - stored.askedAtWallMs);
  return { ...restored, askedAtWallMs: now.wallMs, durationMs: stored.durationMs - passedMs };
}

export function isPauseOver(request: PauseRequest, now: Moment): boolean {
  const { durationMs } = request;
  return (
    durationMs !== null &&
    (now.wallMs >= request.askedAtWallMs + durationMs ||
      now.monotonicMs >= request.askedAtMonotonicMs + durationMs)
  );
}

export function causeOfPause(request: PauseRequest, now: Moment): PauseCause {
  const { choice, durationMs } = request;
  return { code: 'asked', choice, until: durationMs === null ? null : endOf(request, now) };
}

/** The end by the wall clock; where that was set back, by what the monotonic clock leaves. */
function endOf(
  { askedAtWallMs, askedAtMonotonicMs, durationMs }: PauseRequest,
  now: Moment,
): number {
  const end = askedAtWallMs + (durationMs ?? 0);
  const bound = now.wallMs + askedAtMonotonicMs + (durationMs ?? 0) - now.monotonicMs;
  return bound < end - minuteMs ? bound : end;
}

/**
 * Decides which reasons to pause count: quick to release the machine, slow to return. A reason counts from its first
 * sign on, until it has been absent without a break for its time of quiet. So a reading that comes and goes cannot
 * start the machine in between.
 */
import {
  type PauseCause,
  type PauseReason,
  type PauseReasonName,
  pauseReasonNames,
} from '../../src-shared/duty.ts';
import { missingCase } from '../../src-shared/errors.ts';
import { minuteMs, type Moment } from '../../src-shared/local-time.ts';
import type { AllSigns, Sign, Signs } from './signs.ts';

export type ActiveReason = {
  readonly name: PauseReasonName;
  readonly subject: string;
  readonly reason: PauseCause;
  readonly isSeen: boolean;
  /** When the reason was first seen in its present or last stretch, in monotonic time. */
  readonly sinceMs: number;
  /** When the reason was last seen, on the same clock. */
  readonly seenAtMs: number;
  /**
   * Set once the reason is seen to be gone: the moment until which it still counts, on both clocks. null while it
   * stands.
   */
  readonly gone: { readonly endsAtMs: number; readonly clearsAt: number } | null;
};

export type Watch = {
  readonly now: Moment;
  /** How long a reason has to be seen to be gone. */
  readonly steadyQuietMs: (name: PauseReasonName) => number;
  /** False when nothing was checked for a while, as in sleep: quiet before that does not count. */
  readonly hasWatched: boolean;
};

/**
 * A missing reading holds what it told before for this long at most, so that a tool that never comes back does not
 * pause the machine for good.
 */
const untoldHoldsMs = 10 * minuteMs;

/** The reasons that count now, in display order. */
export function nextActiveReasons(
  previous: readonly ActiveReason[],
  signs: AllSigns,
  watch: Watch,
): ActiveReason[] {
  return pauseReasonNames.flatMap((name) =>
    activeOf(
      name,
      previous.filter((active) => active.name === name),
      signs[name],
      watch,
    ),
  );
}

/**
 * One reason for each name, in display order: a reason that was seen goes before one that could not be ruled out,
 * then the one that clears last.
 */
export function shownReasons(active: readonly ActiveReason[]): PauseReason[] {
  return pauseReasonNames.flatMap((name) => {
    const same = active.filter((reason) => reason.name === name);
    const shown =
      same.find(({ gone, isSeen }) => gone === null && isSeen) ??
      same.find(({ gone }) => gone === null) ??
      same.toSorted((a, b) => (b.gone?.clearsAt ?? 0) - (a.gone?.clearsAt ?? 0))[0];
    return shown === undefined ? [] : [shownReason(shown)];
  });
}

function activeOf(
  name: PauseReasonName,
  previous: readonly ActiveReason[],
  signs: Signs,
  watch: Watch,
): ActiveReason[] {
  if (signs === 'off') {
    return [];
  }
  const bySubject = new Map(previous.map((active) => [active.subject, active]));
  const isNothingTold = signs.some(({ kind, subject }) => kind === 'untold' && subject === '');
  // A card that is gone counts as quiet, unless no card is known at all.
  const unseen = previous
    .filter(({ subject }) => !signs.some((sign) => sign.subject === subject))
    .map(({ subject }): Sign => ({ kind: isNothingTold ? 'untold' : 'quiet', subject }));
  return [...signs, ...unseen].flatMap((sign) => {
    const active = nextActive(name, bySubject.get(sign.subject), sign, watch);
    return active === undefined ? [] : [active];
  });
}

function nextActive(
  name: PauseReasonName,
  previous: ActiveReason | undefined,
  sign: Sign,
  { now, steadyQuietMs, hasWatched }: Watch,
): ActiveReason | undefined {
  const quietMs = steadyQuietMs(name);
  switch (sign.kind) {
    case 'stands': {
      const { subject, reason, isSeen } = sign;
      const sinceMs = previous?.gone === null ? previous.sinceMs : now.monotonicMs;
      return {
        name,
        subject,
        reason,
        isSeen,
        sinceMs,
        seenAtMs: now.monotonicMs,
        gone: null,
      };
    }
    case 'unclear':
      return previous === undefined ? undefined : { ...previous, gone: null };
    case 'untold': {
      const holdsMs = Math.max(quietMs, untoldHoldsMs);
      return previous === undefined || now.monotonicMs >= previous.seenAtMs + holdsMs
        ? undefined
        : { ...previous, gone: null };
    }
    case 'over':
    case 'quiet': {
      if (previous === undefined) {
        return undefined;
      }
      // A cause that was quiet for long before it was last seen still holds the machine for as long as any other
      // cause.
      const from = sign.kind === 'over' ? previous.sinceMs : now.monotonicMs;
      const endsAtMs = from + quietMs;
      const gone = (hasWatched ? previous.gone : null) ?? {
        endsAtMs,
        clearsAt: now.wallMs + endsAtMs - now.monotonicMs,
      };
      return now.monotonicMs >= gone.endsAtMs ? undefined : { ...previous, gone };
    }
    default:
      return missingCase(sign);
  }
}

function shownReason({ name, subject, reason, isSeen, gone }: ActiveReason): PauseReason {
  if (gone === null) {
    return { name, reason, isSeen, clearsAt: null };
  }
  const over: PauseCause = subject === 'sleep' ? { code: 'woken-up' } : { code: 'gone', name };
  return { name, reason: over, isSeen, clearsAt: gone.clearsAt };
}

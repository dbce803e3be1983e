/**
 * Release fast, return slowly: a cause counts from its first sign on, and until it has been seen to be gone
 * without a break for its time of quiet. So readings that come and go cannot start the machine in between.
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
  /** When it was first seen to stand as it does now or last did, in monotonic time. */
  readonly sinceMs: number;
  /** When it last stood, on the same clock. */
  readonly seenAtMs: number;
  /** Set when it is seen to be gone: until when it still counts, on both clocks; null while it stands. */
  readonly gone: { readonly endsAtMs: number; readonly clearsAt: number } | null;
};

export type Watch = {
  readonly now: Moment;
  /** How long a reason has to be seen to be gone. */
  readonly steadyQuietMs: (name: PauseReasonName) => number;
  /** False when nothing was checked for a while, as in sleep: what was quiet before does not count then. */
  readonly hasWatched: boolean;
};

/** Readings that went missing hold what they told before for so long; a tool that never comes back is no lock. */
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

/** One reason a name, in display order: what was seen goes before what was not ruled out, then what clears last. */
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
  // A card that is no longer there is as quiet as one that says so, unless no card is known at all.
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
      // What was quiet long before it was last seen still holds the machine for as long as any other cause.
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

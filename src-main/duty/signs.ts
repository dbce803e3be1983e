/**
 * Signs for and against a pause: what pause-reasons.ts finds at one moment, and active-reasons.ts turns into reasons
 * over time.
 */
import type { PauseCause, PauseReasonName } from '../../src-shared/duty.ts';

/**
 * What one check has shown. `stands`: a reason to pause. `unclear`: it neither begins a pause nor ends one. `untold`:
 * no reading, which here is no reason to pause; an earlier sign holds for a while. `quiet`: the reason is known to be
 * gone. `over`: it was gone for long by its own measure, so it counts only for a while after it was first seen.
 */
export type Sign =
  | {
      readonly kind: 'stands';
      readonly subject: string;
      readonly reason: PauseCause;
      /** False where the cause could not be ruled out. */
      readonly isSeen: boolean;
    }
  | { readonly kind: 'unclear' | 'untold' | 'quiet' | 'over'; readonly subject: string };

/** The signs of one reason, one for each subject (a card, the processor…); `off` when there is nothing to check. */
export type Signs = readonly Sign[] | 'off';
export type AllSigns = Readonly<Record<PauseReasonName, Signs>>;

/** `subject` tells apart several things that can cause the same reason; "" when there is only one. */
export function stands(reason: PauseCause, subject = ''): Sign {
  return { kind: 'stands', subject, reason, isSeen: true };
}

/** The sign of a missing reading without which nothing says that the machine is free. */
export function notRuledOut(reason: PauseCause, subject = ''): Sign {
  return { kind: 'stands', subject, reason, isSeen: false };
}

export function quiet(subject = ''): Sign {
  return { kind: 'quiet', subject };
}

export function over(subject: string): Sign {
  return { kind: 'over', subject };
}

export function unclear(subject: string): Sign {
  return { kind: 'unclear', subject };
}

/** Without a subject: nothing is known of any subject of the reason. */
export function untold(subject = ''): Sign {
  return { kind: 'untold', subject };
}

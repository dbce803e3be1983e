/** What speaks for and against a pause: the vocabulary between the readings and the hysteresis. */
import type { PauseCause, PauseReasonName } from '../../src-shared/duty.ts';

/**
 * One cause, checked. `stands`: a reason to pause. `unclear`: no reason to begin a pause, and none to end
 * one. `untold`: no reading, where that is no reason to pause; what was seen before holds for a while.
 * `quiet`: known to be gone. `over`: gone for long by its own measure, so that it counts only for a while after it
 * was first seen.
 */
export type Sign =
  | {
      readonly kind: 'stands';
      readonly subject: string;
      readonly reason: PauseCause;
      /** False where it could not be ruled out. */
      readonly isSeen: boolean;
    }
  | { readonly kind: 'unclear' | 'untold' | 'quiet' | 'over'; readonly subject: string };

/** What was checked for one reason, by subject (a card, the processor…); `off` when there is nothing to check. */
export type Signs = readonly Sign[] | 'off';
export type AllSigns = Readonly<Record<PauseReasonName, Signs>>;

/** `subject` tells apart what can cause the same reason; "" when there is only one thing. */
export function stands(reason: PauseCause, subject = ''): Sign {
  return { kind: 'stands', subject, reason, isSeen: true };
}

/** A reading that is missing where without it nothing says that the machine is free. */
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

/** Without a subject, nothing is known of any subject of the reason. */
export function untold(subject = ''): Sign {
  return { kind: 'untold', subject };
}

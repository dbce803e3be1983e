/** How a reason to pause ends: at a time where that is known, else by its cause. Pure. */
import type { PauseReason } from '../../../src-shared/duty.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.duty;

export function reasonEnd({ name, isSeen, clearsAt }: PauseReason): string {
  if (clearsAt !== null) {
    return words.endsAt(clearsAt);
  }
  return isSeen ? words.ends[name] : words.notRuledOut;
}

/** Whether the owner could end it by switching off a check that has no reading. */
export function canBeSwitchedOff({ isSeen, clearsAt }: PauseReason): boolean {
  return !isSeen && clearsAt === null;
}

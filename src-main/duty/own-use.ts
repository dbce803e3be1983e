/**
 * Whether the machine answers its own owner while it does nothing for others. An owner who types a question is at the
 * machine, so "in use" cannot keep it from answering; a game can. Pure.
 */
import type { Duty, PauseReason, PauseReasonName } from '../../src-shared/duty.ts';
import { missingCase } from '../../src-shared/errors.ts';

/** These reasons also end the answers to the owner, whose questions then go to peers alone. */
const absoluteReasons: ReadonlySet<PauseReasonName> = new Set([
  'user',
  'fault cool-down',
  'too hot',
  'game running',
  'full-screen app',
  'other GPU load',
  'memory needed',
  'no video memory',
]);

/** The owner knows better than a missing reading, and need not wait for the quiet time after a game. */
function leavesRoom({ name, isSeen, clearsAt }: PauseReason): boolean {
  return !absoluteReasons.has(name) || !isSeen || clearsAt !== null;
}

export function answersOwner(duty: Duty): boolean {
  switch (duty.state) {
    case 'starting':
    case 'serving':
      return true;
    case 'draining':
    case 'paused':
      return duty.reasons.length > 0 && duty.reasons.every(leavesRoom);
    case 'off':
    case 'faulted':
      return false;
    default:
      return missingCase(duty);
  }
}

/** A duty as the host sends it to a node that is to pause. */
import type { Duty, PauseCause, PauseReasonName } from '../../../src-shared/duty.ts';

/** "Paused: a game is running", or another reason. */
export function pausedDuty(
  name: PauseReasonName = 'game running',
  reason: PauseCause = { code: 'program-running', names: ['a game'], others: 0 },
): Duty {
  return { state: 'paused', reasons: [{ name, reason, isSeen: true, clearsAt: null }] };
}

/** A duty whose memory is to be released at once. */
export const endingDuty: Duty = {
  state: 'draining',
  reasons: [],
  deadline: { kind: 'by', atMs: 0 },
  isEnding: true,
};

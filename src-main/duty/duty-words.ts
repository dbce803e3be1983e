/** The one sentence about a duty, for the tray, the window and the command line. Pure. */
import type { Duty, PauseReason } from '../../src-shared/duty.ts';
import { missingCase } from '../../src-shared/errors.ts';
import { type Moment, timeWords } from './local-time.ts';

/** "Paused: Cyberpunk2077.exe is running". */
export function dutyWords(duty: Duty, now: Moment): string {
  switch (duty.state) {
    case 'off':
      return 'Chat only: this computer hosts no models';
    case 'starting':
      return 'Starting: loading the models';
    case 'serving':
      return servingWords(duty);
    case 'draining':
      return drainingWords(duty);
    case 'paused':
      return pausedWords(duty.reasons, now);
    case 'faulted':
      return `Fault: ${duty.because}; trying again at ${timeWords(duty.retryAt, now)}`;
    default:
      return missingCase(duty);
  }
}

/**
 * Why the machine does not work, for a question to one of its models: a fault may be another model's, so it is left to
 * the node, which knows whose it is.
 */
export function idleWords(duty: Duty, now: Moment): string {
  if (duty.state === 'faulted') {
    return `This machine is paused after failures to load; it tries again at ${timeWords(duty.retryAt, now)}`;
  }
  if (duty.state !== 'draining' && duty.state !== 'paused') {
    return dutyWords(duty, now);
  }
  const reasons = duty.reasons.filter(({ name }) => name !== 'fault cool-down');
  return reasons.length === 0 && duty.reasons.length > 0
    ? 'This machine is paused after failures to load'
    : dutyWords({ ...duty, reasons }, now);
}

function servingWords({ workShare, isSlowedByHeat }: Extract<Duty, { state: 'serving' }>): string {
  if (workShare >= 1) {
    return 'Working for the mesh';
  }
  const why = isSlowedByHeat ? 'to stay cool' : 'as your power cap says';
  return `Working for the mesh ${Math.round(workShare * 100)} % of the time, ${why}`;
}

function drainingWords(duty: Extract<Duty, { state: 'draining' }>): string {
  const doing =
    duty.deadline.kind === 'by' || duty.isEnding
      ? 'Giving the memory back'
      : 'Finishing the last answers';
  const [reason] = duty.reasons;
  return reason === undefined ? doing : `${doing}: ${reason.because}`;
}

/** What still stands is why it is paused; when nothing does, what clears last. */
function pausedWords(reasons: readonly PauseReason[], now: Moment): string {
  const standing = reasons.find(({ clearsAt }) => clearsAt === null);
  if (standing !== undefined) {
    return `Paused: ${standing.because}`;
  }
  const [last] = reasons.toSorted((a, b) => (b.clearsAt ?? 0) - (a.clearsAt ?? 0));
  if (last === undefined) {
    return 'Paused';
  }
  return `Paused: ${last.because}; working again at ${timeWords(last.clearsAt ?? 0, now)} if it stays quiet`;
}

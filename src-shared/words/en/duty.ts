/** The sentence about a duty, for the tray, the window and the command line. Pure. */
import type { WithoutCard } from '../../api/topics.ts';
import type { Duty, PauseCause, PauseChoice, PauseReason, PauseReasonName } from '../../duty.ts';
import { missingCase } from '../../errors.ts';
import { missingWords } from './missing.ts';
import { type Now, timeWords } from './times.ts';

/** How long to pause, as the owner chooses it. */
export const pauseChoiceWords: Readonly<Record<PauseChoice, string>> = {
  '1 hour': 'For 1 hour',
  'until tomorrow': 'Until tomorrow',
  'until restart': 'Until MindMesh restarts',
  indefinitely: 'Until I resume',
  'finish then pause': 'Finish answers, then pause',
};

const noCard = 'This computer has no graphics card that MindMesh can use.';

/** What a machine without a graphics card does for others. */
export const withoutCardWords: Readonly<Record<WithoutCard, string>> = {
  'small-models': `${noCard} By itself it hosts small models only.`,
  'chosen-models': `${noCard} Its processor computes what it hosts.`,
  'asks-only': `${noCard} It only asks.`,
};

export const lookingWords = 'Starting: checking what this computer is doing';

/** "Paused: Cyberpunk2077.exe is running". */
export function dutyWords(duty: Duty, now: Now): string {
  switch (duty.state) {
    case 'off':
      return 'Chat only: this computer hosts no models';
    case 'starting':
      return duty.isLooking === true ? lookingWords : 'Starting: loading the models';
    case 'serving':
      return servingWords(duty);
    case 'draining':
      return drainingWords(duty, now);
    case 'paused':
      return pausedWords(duty.reasons, now);
    case 'faulted':
      return `Fault: ${duty.message}; trying again at ${timeWords(duty.retryAt, now)}`;
    default:
      return missingCase(duty);
  }
}

/**
 * Why the machine does not answer a question to one of its models. A fault is left out, since it may be another
 * model's: the node knows which one has it.
 */
export function idleWords(duty: Duty, now: Now): string {
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
  const why = isSlowedByHeat ? 'to stay cool' : 'because of your power cap';
  return `Working for the mesh ${Math.round(workShare * 100)} % of the time, ${why}`;
}

function drainingWords(duty: Extract<Duty, { state: 'draining' }>, now: Now): string {
  const doing =
    duty.deadline.kind === 'by' || duty.isEnding
      ? 'Freeing the memory'
      : 'Finishing the last answers';
  const [reason] = duty.reasons;
  return reason === undefined ? doing : `${doing}: ${causeWords(reason.reason, now)}`;
}

/** A reason that still stands is the cause of the pause; where none does, the one that clears last. */
function pausedWords(reasons: readonly PauseReason[], now: Now): string {
  const standing = reasons.find(({ clearsAt }) => clearsAt === null);
  if (standing !== undefined) {
    return `Paused: ${causeWords(standing.reason, now)}`;
  }
  const [last] = reasons.toSorted((a, b) => (b.clearsAt ?? 0) - (a.clearsAt ?? 0));
  if (last === undefined) {
    return 'Paused';
  }
  return `Paused: ${causeWords(last.reason, now)}; working again at ${timeWords(last.clearsAt ?? 0, now)} if it stays quiet`;
}

/** A clause without a full stop: "Cyberpunk2077.exe is running". */
export function causeWords(cause: PauseCause, now: Now): string {
  switch (cause.code) {
    case 'asked':
      return askedWords(cause, now);
    case 'failed':
      return `${cause.message}; trying again at ${timeWords(cause.retryAt, now)}`;
    case 'too-hot':
      return `${deviceWords(cause.card)} has reached ${cause.celsius} °C`;
    case 'heat-unknown':
      return `the temperature of ${deviceWords(cause.card)} is not known: ${missingWords(cause.missing)}`;
    case 'program-running':
      return programWords(cause);
    case 'games-unknown':
      return `it is not known whether a game is running: ${missingWords(cause.missing)}`;
    case 'full-screen':
      return `${cause.name} fills the screen`;
    case 'card-busy':
      return `other programs use more than ${cause.percent} % of ${deviceWords(cause.card)}`;
    case 'on-battery':
      return 'the computer runs on battery';
    case 'lid-closed':
      return 'the lid is closed and the computer runs on battery';
    case 'battery-unknown':
      return `it is not known whether the computer runs on battery: ${missingWords(cause.missing)}`;
    case 'outside-hours':
      return cause.opensAt === null
        ? 'your schedule allows no hours'
        : `your schedule begins again at ${timeWords(cause.opensAt, now)}`;
    case 'in-use':
      return `the computer was used in the last ${cause.minutes === 1 ? 'minute' : `${cause.minutes} minutes`}`;
    case 'input-unknown':
      return `it is not known whether the computer is in use: ${missingWords(cause.missing)}`;
    case 'processor-busy':
      return `other programs use more than ${cause.percent} % of the processor`;
    case 'processor-unknown':
      return `it is not known how busy the processor is: ${missingWords(cause.missing)}`;
    case 'memory-needed':
      return `less than ${cause.percent} % of the main memory is left for other programs`;
    case 'no-video-memory':
      return `the models need ${(cause.neededBytes / 1e9).toFixed(1)} GB of video memory, but less is free`;
    case 'going-to-sleep':
      return 'the computer is going to sleep';
    case 'no-network':
      return 'there is no network';
    case 'metered-network':
      return 'the network is metered';
    case 'gone':
      return goneWords[cause.name];
    case 'woken-up':
      return 'the computer has woken up';
    default:
      return missingCase(cause);
  }
}

function askedWords({ choice, until }: Extract<PauseCause, { code: 'asked' }>, now: Now): string {
  if (until !== null) {
    return `you paused it until ${timeWords(until, now)}`;
  }
  if (choice === 'until restart') {
    return 'you paused it until MindMesh starts again';
  }
  return choice === 'finish then pause'
    ? 'you asked it to finish and then pause'
    : 'you paused it until you resume it';
}

function programWords({
  names: [first = 'a game', second],
  others,
}: Extract<PauseCause, { code: 'program-running' }>): string {
  if (others > 0) {
    return `${first} and ${others} others are running`;
  }
  return second === undefined ? `${first} is running` : `${first} and ${second} are running`;
}

/** `card`: its name; empty where it has none; null is the processor. */
function deviceWords(card: string | null): string {
  return `the ${card === null ? 'processor' : card === '' ? 'graphics card' : card}`;
}

const goneWords: Record<PauseReasonName, string> = {
  user: 'you resumed it',
  'fault cool-down': 'the fault is over',
  'too hot': 'it has cooled down',
  'game running': 'the game has ended',
  'full-screen app': 'the full-screen window is gone',
  'other GPU load': 'the graphics card is free again',
  'on battery': 'the computer runs on mains power again',
  'outside schedule': 'your schedule has begun',
  'in use': 'the computer is no longer in use',
  'CPU busy': 'the processor is free again',
  'memory needed': 'memory is free again',
  'no video memory': 'video memory is free again',
  'no network': 'the network is back',
};

/**
 * Facts in, duty out. `nextDuty` is asked whenever a reading, a request, a preference or an engine changes, and at
 * `nextCheckAt`. It decides and does nothing. The caller acts on the difference and reports back through `Work`, so
 * that the duty says what is the case, and not what was ordered.
 */
import type { DrainDeadline, Duty, PauseReasonName } from '../../src-shared/duty.ts';
import { type CoolDown, nextCoolDown } from './cool-down.ts';
import { type DutyInput, sane } from './duty-input.ts';
import { type ActiveReason, nextActiveReasons, shownReasons } from './active-reasons.ts';
import { servingLimits } from './limits.ts';
import { minuteMs, type Moment } from '../../src-shared/local-time.ts';
import { pauseSigns } from './pause-reasons.ts';
import { nextShortWork, noShortWork, quietAfterShortWork, type ShortWork } from './short-work.ts';

/** A duty, with what the next one has to know of the past. */
export type DutyRecord = {
  readonly duty: Duty;
  readonly memory: DutyMemory;
};

type DutyMemory = {
  readonly active: readonly ActiveReason[];
  readonly coolDown: CoolDown | null;
  /** In monotonic time: the latest input of all readings, and the start of serving. */
  readonly lastInputMs: number | null;
  readonly servingSinceMs: number | null;
  readonly shortWork: ShortWork;
  readonly checkedAt: Pick<Moment, 'monotonicMs' | 'wallMs'> | null;
};

/** The owner's input, a game or heat: the machine is released before its owner notices MindMesh. */
const releaseWithinMs = 400;
/** A schedule or a pause lets answers finish, but an endless answer of a peer may not hold the machine. */
const finishWithinMs = 10 * minuteMs;
/**
 * After a longer break between two checks, the computer has slept or stood still: no check saw whether it was quiet.
 */
const longestBlinkMs = 30_000;
const checkEveryMs = 10_000;

/** These reasons can wait for answers to finish. All others are urgent for the owner, or make answers impossible. */
const patientReasons: ReadonlySet<PauseReasonName> = new Set(['user', 'outside schedule']);

export const initialDuty: DutyRecord = {
  duty: { state: 'off' },
  memory: {
    active: [],
    coolDown: null,
    lastInputMs: null,
    servingSinceMs: null,
    shortWork: noShortWork,
    checkedAt: null,
  },
};

export function nextDuty(previous: DutyRecord, input: DutyInput): DutyRecord {
  const { facts, now, preferences, work } = input;
  const { memory } = previous;
  const lastInputMs = latestInput(memory.lastInputMs, input);
  const servedMs = memory.servingSinceMs === null ? 0 : now.monotonicMs - memory.servingSinceMs;
  const coolDown = nextCoolDown(memory.coolDown, work.failure, servedMs, now);
  const idleMs =
    sane(facts.inputIdleMs).isKnown && lastInputMs !== null
      ? now.monotonicMs - lastInputMs
      : undefined;
  const active = nextActiveReasons(memory.active, pauseSigns(input, { idleMs, coolDown }), {
    now,
    steadyQuietMs: (name) =>
      quietAfterShortWork(name, memory.shortWork, preferences.steadyQuietSeconds * 1000),
    hasWatched: hasWatched(memory.checkedAt, now),
  });
  const duty = dutyFor(previous.duty, input, { active, coolDown, idleMs });
  const servingSinceMs =
    duty.state === 'serving' ? (memory.servingSinceMs ?? now.monotonicMs) : null;
  const names = active.map(({ name }) => name);
  const shortWork = nextShortWork(memory.shortWork, duty.state, names, now.monotonicMs);
  const checkedAt = { monotonicMs: now.monotonicMs, wallMs: now.wallMs };
  return { duty, memory: { active, coolDown, lastInputMs, servingSinceMs, shortWork, checkedAt } };
}

/**
 * When `nextDuty` has to be asked again even if nothing changes, in milliseconds of monotonic time: at the deadline
 * of a drain, at the end of a cool-down or of a time of quiet, and every ten seconds for schedules.
 */
export function nextCheckAt({ duty, memory }: DutyRecord): number {
  const times = memory.active.flatMap(({ gone }) => (gone === null ? [] : [gone.endsAtMs]));
  if (memory.checkedAt !== null) {
    times.push(memory.checkedAt.monotonicMs + checkEveryMs);
  }
  if (duty.state === 'draining' && !duty.isEnding && duty.deadline.atMs !== null) {
    times.push(duty.deadline.atMs);
  }
  if (memory.coolDown !== null && memory.active.some(({ name }) => name === 'fault cool-down')) {
    times.push(memory.coolDown.endsAtMs);
  }
  return Math.min(...times);
}

/** The same record for an owner who wants another try now. */
export function withoutCoolDown({ duty, memory }: DutyRecord): DutyRecord {
  const { coolDown } = memory;
  const over =
    coolDown === null
      ? null
      : { ...coolDown, failuresInARow: 0, endsAtMs: Number.NEGATIVE_INFINITY };
  return { duty, memory: { ...memory, coolDown: over, shortWork: noShortWork } };
}

type Judged = {
  readonly active: readonly ActiveReason[];
  readonly coolDown: CoolDown | null;
  readonly idleMs: number | undefined;
};

function dutyFor(previous: Duty, input: DutyInput, judged: Judged): Duty {
  const { requests, work } = input;
  const isWanted = requests.mayWork && judged.active.length === 0;
  if (work.engines === 'stopped') {
    return isWanted ? { state: 'starting' } : idleDuty(input, judged);
  }
  if (!isWanted || isPastReturn(previous)) {
    return drainingDuty(previous, input, judged.active);
  }
  return work.engines === 'ready'
    ? { state: 'serving', ...servingLimits(input, judged.idleMs) }
    : { state: 'starting' };
}

/** A drain with a deadline always goes on to its end: peers have been told, and their sessions have moved. */
function isPastReturn(previous: Duty): boolean {
  return previous.state === 'draining' && (previous.isEnding || previous.deadline.kind === 'by');
}

/** A fault is a duty of its own while there is no other reason to pause, and else one of the reasons. */
function idleDuty({ requests }: DutyInput, { active, coolDown }: Judged): Duty {
  if (!requests.mayWork) {
    return { state: 'off' };
  }
  if (coolDown !== null && active.every(({ name }) => name === 'fault cool-down')) {
    const { code, message, retryAt } = coolDown;
    return { state: 'faulted', code, message, retryAt };
  }
  return { state: 'paused', reasons: shownReasons(active) };
}

function drainingDuty(previous: Duty, input: DutyInput, active: readonly ActiveReason[]): Duty {
  const { now, work } = input;
  const wasDraining = previous.state === 'draining' ? previous : undefined;
  const deadline = earlier(wasDraining?.deadline, drainDeadline(input, active));
  const isPast = deadline.atMs !== null && now.monotonicMs >= deadline.atMs;
  const reasons = shownReasons(active);
  return {
    state: 'draining',
    // The reasons are over by now, but they are still why the machine drains.
    reasons: reasons.length === 0 ? (wasDraining?.reasons ?? []) : reasons,
    deadline,
    isEnding: wasDraining?.isEnding === true || isPast || work.answersInFlight === 0,
  };
}

function drainDeadline(
  { requests, now }: DutyInput,
  active: readonly ActiveReason[],
): DrainDeadline {
  const isPatient = requests.mayWork && active.every(({ name }) => patientReasons.has(name));
  if (!isPatient) {
    return { kind: 'by', atMs: now.monotonicMs + releaseWithinMs };
  }
  const isToFinish = requests.pause?.choice === 'finish then pause';
  const isOnlyUser = active.every(({ name }) => name === 'user');
  return {
    kind: 'when answered',
    atMs: isToFinish && isOnlyUser ? null : now.monotonicMs + finishWithinMs,
  };
}

/** The nearer one: a deadline never moves further away. */
function earlier(previous: DrainDeadline | undefined, next: DrainDeadline): DrainDeadline {
  if (previous === undefined) {
    return next;
  }
  const isBy = previous.kind === 'by' || next.kind === 'by';
  const atMs = Math.min(previous.atMs ?? Infinity, next.atMs ?? Infinity);
  return isBy
    ? { kind: 'by', atMs }
    : { kind: 'when answered', atMs: atMs === Infinity ? null : atMs };
}

/** The latest input of all readings: a reading of "long idle" does not undo an earlier one of newer input. */
function latestInput(previous: number | null, { facts, now }: DutyInput): number | null {
  const inputIdleMs = sane(facts.inputIdleMs);
  if (!inputIdleMs.isKnown) {
    return previous;
  }
  const told = now.monotonicMs - Math.max(0, inputIdleMs.value);
  return previous === null ? told : Math.max(previous, told);
}

/**
 * False after sleep, which shows on the wall clock where the monotonic one stands still. A wall clock that was set
 * forward looks the same, and costs no more than one time of quiet.
 */
function hasWatched(checkedAt: DutyMemory['checkedAt'], now: Moment): boolean {
  return (
    checkedAt !== null &&
    now.monotonicMs - checkedAt.monotonicMs <= longestBlinkMs &&
    now.wallMs - checkedAt.wallMs <= longestBlinkMs
  );
}

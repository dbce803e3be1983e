/** What a duty has the engines do. */
import type { Duty } from '../../src-shared/duty.ts';
import { missingCase } from '../../src-shared/errors.ts';
import type { ComputeShare } from '../../src-shared/compute-share.ts';

/** What a duty does to the engines. `because` is for whoever asks for what this machine does not give now. */
export type DutyEffects = {
  /** Resolves when the desired layers are being loaded. Called again, it takes a `drain` back, or changes the pace. */
  work(pace: ComputeShare): Promise<void>;
  /** Peers are told at once; nothing new begins, but perhaps for the owner; what is in flight goes on. */
  drain(because: string, answersOwner: boolean): Promise<void>;
  /**
   * Kills the engines, but for what the owner's own questions need where they are answered. Resolves when the
   * processes are gone.
   */
  release(because: string, answersOwner: boolean): Promise<void>;
};

export type Order = 'work' | 'drain' | 'own' | 'stop';

/** An engine computes for a twentieth of the time at least. */
const leastWorkShare = 0.05;

export function computeShareOf({
  workShare,
  cpuShare,
}: Extract<Duty, { state: 'serving' }>): ComputeShare {
  return { workShare: Math.max(leastWorkShare, workShare), cpuShare };
}

export function orderFor(duty: Duty, answersOwner: boolean): Order {
  if (duty.state === 'starting' || duty.state === 'serving') {
    return 'work';
  }
  if (duty.state === 'draining' && !duty.isEnding) {
    return 'drain';
  }
  return answersOwner ? 'own' : 'stop';
}

export function carryOut(
  effects: DutyEffects,
  order: Order,
  because: string,
  answersOwner: boolean,
  pace: ComputeShare,
): Promise<void> {
  switch (order) {
    case 'work':
      return effects.work(pace);
    case 'drain':
      return effects.drain(because, answersOwner);
    case 'own':
    case 'stop':
      return effects.release(because, answersOwner);
    default:
      return missingCase(order);
  }
}

/** Nothing is done for others. */
export function isRelease(order: Order): boolean {
  return order === 'own' || order === 'stop';
}

/** A drain that could wait for answers and no longer can has another cause. */
export function isSameTrigger(previous: Duty, duty: Extract<Duty, { state: 'draining' }>): boolean {
  return previous.state === 'draining' && previous.deadline.kind === duty.deadline.kind;
}

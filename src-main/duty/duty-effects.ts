/** What orders do to the engines. */
import type { Duty } from '../../src-shared/duty.ts';
import { missingCase } from '../../src-shared/errors.ts';
import type { ComputeShare } from '../../src-shared/compute-share.ts';
import type { Order } from './engine-orders.ts';

/** `duty` tells callers that ask for what this machine does not give now why that is so. */
export type DutyEffects = {
  /** Resolves when the desired layers are being loaded. Called again, it takes a `drain` back, or changes the share. */
  work(share: ComputeShare): Promise<void>;
  /** Peers are told at once; nothing new begins, but perhaps for the owner; what is in flight goes on. */
  drain(duty: Duty, answersOwner: boolean): Promise<void>;
  /**
   * Kills the engines, but for what the owner's own questions need where they are answered. Resolves when the
   * processes are gone.
   */
  release(duty: Duty, answersOwner: boolean): Promise<void>;
};

export type OrderDetails = {
  readonly duty: Duty;
  readonly answersOwner: boolean;
  readonly share: ComputeShare;
};

export function carryOut(
  effects: DutyEffects,
  order: Order,
  { duty, answersOwner, share }: OrderDetails,
): Promise<void> {
  switch (order) {
    case 'work':
      return effects.work(share);
    case 'drain':
      return effects.drain(duty, answersOwner);
    case 'own':
    case 'stop':
      return effects.release(duty, answersOwner);
    default:
      return missingCase(order);
  }
}

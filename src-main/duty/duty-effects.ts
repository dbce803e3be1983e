/** The effects of orders on the engines. */
import type { Duty } from '../../src-shared/duty.ts';
import { missingCase } from '../../src-shared/errors.ts';
import type { ComputeShare } from '../../src-shared/compute-share.ts';
import type { Order } from './engine-orders.ts';

/** `duty` is the reason that callers get when this machine does not answer them now. */
export type DutyEffects = {
  /** Resolves when the desired layers are being loaded. A later call takes back a `drain`, or changes the share. */
  work(share: ComputeShare): Promise<void>;
  /** Peers are told at once. No new answer begins, except perhaps the owner's; answers under way go on. */
  drain(duty: Duty, answersOwner: boolean): Promise<void>;
  /**
   * Kills all engines, except those that the owner's own questions need where they are answered here. Resolves when
   * the processes are gone.
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

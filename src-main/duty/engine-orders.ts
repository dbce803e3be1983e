/**
 * The order that the engines have, and how far it is carried out. Pure: a duty or the end of an order goes in, what is to
 * be done comes out.
 *
 *   own ◀─▶ work ─▶ drain ─▶ own | stop ─▶ work …       each ordered, then done
 */
import { isDeepStrictEqual } from 'node:util';
import type { Duty } from '../../src-shared/duty.ts';
import { fullComputeShare, type ComputeShare } from '../../src-shared/compute-share.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { Work } from './duty-input.ts';
import { isReady } from './engine-work.ts';

/** `own`: engines for the owner's own questions alone; `stop`: none. */
export type Order = 'work' | 'drain' | 'own' | 'stop';

export type EngineOrders = {
  /** The newest order. */
  readonly order: Order;
  readonly isDone: boolean;
  /** Of the newest time of serving; a start does not know better. */
  readonly share: ComputeShare;
};

/** The node starts without engines. */
export const firstOrders: EngineOrders = { order: 'own', isDone: true, share: fullComputeShare };

export type OrdersEvent =
  | {
      readonly type: 'duty';
      readonly duty: Duty;
      readonly answersOwner: boolean;
      /** Why the machine does what it does has changed. */
      readonly isNews: boolean;
    }
  | { readonly type: 'carried out'; readonly order: Order };

export type OrdersEffect =
  /** An order to carry out; its end is an event. `releases` says what gives its memory back by it. */
  | {
      readonly type: 'order';
      readonly order: Order;
      readonly releases: 'nothing' | 'work' | 'own use';
    }
  /** Engines at work compute another share from now on. */
  | { readonly type: 'share' };

export type NextOrders = { readonly orders: EngineOrders; readonly effect: OrdersEffect | null };

export function nextOrders(orders: EngineOrders, event: OrdersEvent): NextOrders {
  if (event.type === 'carried out') {
    // An order that another one has taken the place of says nothing of that one.
    const isNewest = event.order === orders.order && !orders.isDone;
    return { orders: isNewest ? { ...orders, isDone: true } : orders, effect: null };
  }
  const { duty, answersOwner, isNews } = event;
  const order = orderFor(duty, answersOwner);
  const share = duty.state === 'serving' ? computeShareOf(duty) : orders.share;
  if (order !== orders.order || (isRelease(order) && isNews)) {
    const wasReleased = isRelease(orders.order);
    // A new reason alone does not start engines that are gone.
    const isDone = isRelease(order) && wasReleased && orders.isDone;
    const effect = { type: 'order', order, releases: releasedBy(orders, order) } as const;
    return { orders: { order, isDone, share }, effect };
  }
  const hasOtherShare = !isDeepStrictEqual(share, orders.share);
  return { orders: { ...orders, share }, effect: hasOtherShare ? { type: 'share' } : null };
}

/** What the engines do, by the order and what the node says; null while it does not run. */
export function enginesOf(
  { order, isDone }: EngineOrders,
  status: Pick<NodeStatus, 'shards'> | null,
): Work['engines'] {
  if (isRelease(order)) {
    return isDone ? 'stopped' : 'ready';
  }
  const isLoading = order === 'work' && !isDone;
  return status !== null && !isLoading && isReady(status.shards) ? 'ready' : 'starting';
}

/** The node tells late of sessions that begin; once it drains, none does. */
export function mayBeginAnswers({ order, isDone }: EngineOrders): boolean {
  return !(order === 'drain' && isDone);
}

/** No engine is left. */
export function areStopped({ order, isDone }: EngineOrders): boolean {
  return order === 'stop' && isDone;
}

/** An engine computes for a twentieth of the time at least. */
const leastWorkShare = 0.05;

function computeShareOf({
  workShare,
  cpuShare,
}: Extract<Duty, { state: 'serving' }>): ComputeShare {
  return { workShare: Math.max(leastWorkShare, workShare), cpuShare };
}

function orderFor(duty: Duty, answersOwner: boolean): Order {
  if (duty.state === 'starting' || duty.state === 'serving') {
    return 'work';
  }
  if (duty.state === 'draining' && !duty.isEnding) {
    return 'drain';
  }
  return answersOwner ? 'own' : 'stop';
}

/** Nothing is done for others. */
function isRelease(order: Order): boolean {
  return order === 'own' || order === 'stop';
}

function releasedBy({ order: before, isDone }: EngineOrders, order: Order) {
  if (order === 'stop' && before === 'own' && isDone) {
    return 'own use';
  }
  return isRelease(order) && !isRelease(before) ? 'work' : 'nothing';
}

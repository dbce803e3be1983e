/**
 * The newest order to the engines, and whether it is carried out. Pure: a duty or the end of an order goes in, and
 * the orders to carry out come out.
 *
 *   own ◀─▶ work ─▶ drain ─▶ own | stop ─▶ work …   each ordered, then done
 */
import { isDeepStrictEqual } from 'node:util';
import type { Duty } from '../../src-shared/duty.ts';
import { fullComputeShare, type ComputeShare } from '../../src-shared/compute-share.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { Work } from './duty-input.ts';
import { isReady } from './engine-work.ts';

/** `own`: engines for the owner's own questions alone. `stop`: no engines. */
export type Order = 'work' | 'drain' | 'own' | 'stop';

export type EngineOrders = {
  /** The newest order. */
  readonly order: Order;
  readonly isDone: boolean;
  /** The share of the newest time of serving; it stays while the machine does not serve. */
  readonly share: ComputeShare;
};

/** The node starts without engines. */
export const firstOrders: EngineOrders = { order: 'own', isDone: true, share: fullComputeShare };

export type OrdersEvent =
  | {
      readonly type: 'duty';
      readonly duty: Duty;
      readonly answersOwner: boolean;
      /** Whether the reason for what the machine does has changed. */
      readonly isNews: boolean;
    }
  | { readonly type: 'carried out'; readonly order: Order };

export type OrdersEffect =
  /** An order to carry out; its end comes back as an event. `releases` says what frees its memory by this order. */
  | {
      readonly type: 'order';
      readonly order: Order;
      readonly releases: 'nothing' | 'work' | 'own use';
    }
  /** Engines that serve compute another share from now on. */
  | { readonly type: 'share' };

export type NextOrders = { readonly orders: EngineOrders; readonly effect: OrdersEffect | null };

export function nextOrders(orders: EngineOrders, event: OrdersEvent): NextOrders {
  if (event.type === 'carried out') {
    // The end of an order that was replaced meanwhile says nothing of the newer one.
    const isNewest = event.order === orders.order && !orders.isDone;
    return { orders: isNewest ? { ...orders, isDone: true } : orders, effect: null };
  }
  const { duty, answersOwner, isNews } = event;
  const order = orderFor(duty, answersOwner);
  const share = duty.state === 'serving' ? computeShareOf(duty) : orders.share;
  if (order !== orders.order || (isRelease(order) && isNews)) {
    const wasReleased = isRelease(orders.order);
    // A new reason alone does not start engines that have been stopped.
    const isDone = isRelease(order) && wasReleased && orders.isDone;
    const effect = { type: 'order', order, releases: releasedBy(orders, order) } as const;
    return { orders: { order, isDone, share }, effect };
  }
  const hasOtherShare = !isDeepStrictEqual(share, orders.share);
  return { orders: { ...orders, share }, effect: hasOtherShare ? { type: 'share' } : null };
}

/** What the engines do, by the order and by what the node says; null while the node does not run. */
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

/** Whether answers may begin. The node reports new sessions late, but a node that drains begins none. */
export function mayBeginAnswers({ order, isDone }: EngineOrders): boolean {
  return !(order === 'drain' && isDone);
}

/** Whether no engine is left. */
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

/** Whether the order ends all work for others. */
function isRelease(order: Order): boolean {
  return order === 'own' || order === 'stop';
}

function releasedBy({ order: before, isDone }: EngineOrders, order: Order) {
  if (order === 'stop' && before === 'own' && isDone) {
    return 'own use';
  }
  return isRelease(order) && !isRelease(before) ? 'work' : 'nothing';
}

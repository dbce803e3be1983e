/** What a receipt says about where an answer was made. */
import type { Receipt } from '../../../src-shared/chat.ts';

export type Route =
  /** Every stage ran in this node: nothing left the machine. */
  | { readonly kind: 'here' }
  | { readonly kind: 'peers'; readonly peers: number; readonly withThisMachine: boolean }
  /** The receipt names no stage, or this node's own name is not known: claim nothing. */
  | { readonly kind: 'unknown' };

export function routeOf(receipt: Pick<Receipt, 'stages'>, ownPeer: string | null): Route {
  if (receipt.stages.length === 0 || ownPeer === null) {
    return { kind: 'unknown' };
  }
  const everybody = new Set(receipt.stages.map((stage) => stage.peer));
  const withThisMachine = everybody.delete(ownPeer);
  return everybody.size === 0
    ? { kind: 'here' }
    : { kind: 'peers', peers: everybody.size, withThisMachine };
}

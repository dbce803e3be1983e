/** Where an answer was made, by its receipt. */
import type { Receipt } from '../../../src-shared/chat.ts';

export type Route =
  /** Every stage ran on this node, so nothing left the machine. */
  | { readonly kind: 'here' }
  | { readonly kind: 'peers'; readonly peers: number; readonly withThisMachine: boolean }
  /** The receipt has no stages, or the id of this node is not known: claim nothing. */
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

/** Peer ids are 52 characters of which the first are alike; people tell them apart by the last eight. */
export function shortName(peer: string): string {
  return `…${peer.slice(-8)}`;
}

/** A short form of a peer id for users: its last eight characters, since the first ones of all ids are alike. */
export function shortName(peer: string): string {
  return `…${peer.slice(-8)}`;
}

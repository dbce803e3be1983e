/** Limits on how many of a shard's sessions one peer may have at once. Pure. */

/** The side that a session is for: `owner` is this node's own user, `trusted` a peer of the own pools or an own machine. */
export type Claimant = {
  readonly peer: string;
  readonly kind: 'owner' | 'trusted' | 'stranger';
};

/** Of one stranger. More would let a few of them have all that a machine gives. */
const mostOfStranger = 2;

/** Places that stay free for this node's own user, who does not wait for others on the own machine. */
function reserved(places: number, taken: readonly Claimant[]): number {
  return places === 1 || taken.some(({ kind }) => kind === 'owner') ? 0 : 1;
}

/** Places for requesters that have none yet and are not the owner. */
export function placesForOthers(places: number, taken: readonly Claimant[]): number {
  return Math.max(0, places - taken.length - reserved(places, taken));
}

/** Whether there is a place; `own-limit`: there may be, but the requester has as many as one may have. */
export function placeFor(
  { peer, kind }: Claimant,
  places: number,
  taken: readonly Claimant[],
): 'free' | 'taken' | 'own-limit' {
  if (
    kind === 'stranger' &&
    taken.filter((other) => other.peer === peer).length >= mostOfStranger
  ) {
    return 'own-limit';
  }
  const free = kind === 'owner' ? places - taken.length : placesForOthers(places, taken);
  return free > 0 ? 'free' : 'taken';
}

/** Limits on how many of a shard's sessions one peer may have at once. Pure. */

/** For whom a session runs: `owner` is this node's own user, `trusted` a member of its pools or a machine of its owner. */
export type Claimant = {
  readonly peer: string;
  readonly kind: 'owner' | 'trusted' | 'stranger';
};

/** Most sessions of one stranger. With more, a few strangers could take all that a machine has. */
const mostOfStranger = 2;

/** Sessions that stay free for this node's own user, who should not wait for others on their own machine. */
function reserved(places: number, taken: readonly Claimant[]): number {
  return places === 1 || taken.some(({ kind }) => kind === 'owner') ? 0 : 1;
}

/** Sessions for requesters that have none yet and are not the owner. */
export function placesForOthers(places: number, taken: readonly Claimant[]): number {
  return Math.max(0, places - taken.length - reserved(places, taken));
}

/** Whether a session is free for the claimant; `own-limit`: it has as many as one requester may have. */
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

/** What the mesh wants: every node tells in its record what its own users wanted lately. */
import type { PeerRecord } from '../mesh/records/record.ts';
import { recordLimits } from '../mesh/records/record.ts';

/** One peer is not believed to want more than this, in tokens a second for a model. */
const mostPerPeer = 1000;

/** Tokens a second wanted of each model, over all records and this node's own users. */
export function sumDemand(
  records: readonly PeerRecord[],
  own: ReadonlyMap<string, number>,
): Map<string, number> {
  const sum = new Map(own);
  for (const { demand } of records) {
    for (const [manifestId, wanted] of Object.entries(demand ?? {})) {
      const before = sum.get(manifestId) ?? 0;
      sum.set(manifestId, before + Math.min(wanted, mostPerPeer));
    }
  }
  return sum;
}

/** A record's `demand`: the most wanted models, as many as a record may tell. */
export function demandToPublish(own: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(
    [...own]
      .filter(([, wanted]) => wanted > 0)
      .toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
      .slice(0, recordLimits.demand),
  );
}

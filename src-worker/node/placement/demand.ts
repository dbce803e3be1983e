/** The demand of the whole mesh: every node publishes in its record the recent demand of its own users. */
import type { PeerRecord } from '../mesh/records/record.ts';
import { recordLimits } from '../mesh/records/record.ts';

/** Most demand of one peer for a model that counts, in tokens a second. */
const mostPerPeer = 1000;

/** The demand for each model, in tokens a second, over all records and this node's own users. */
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

/** A record's `demand`: the models with the most demand, as many as a record may have. */
export function demandToPublish(own: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(
    [...own]
      .filter(([, wanted]) => wanted > 0)
      .toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
      .slice(0, recordLimits.demand),
  );
}

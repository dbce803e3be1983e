/** How far peers are trusted, as a part of the node. */
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { FeatureWith } from '../node-feature.ts';
import type { Reputation } from './reputation.ts';
import { StoredReputation } from './stored-reputation.ts';

export async function reputationFeature(
  { dataFolder }: NodeConfig,
  log: Log,
): Promise<FeatureWith<Reputation>> {
  const stored = await StoredReputation.open(dataFolder, log);
  return {
    name: 'reputation',
    service: stored.book,
    // Until the others have stopped, one of them may still blame a peer.
    stop: async (_, dependants) => {
      await dependants;
      await stored.close();
    },
  };
}

/** The feature that owns trust in peers. */
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { FeatureWith } from '../node-feature.ts';
import { StoredReputation } from './stored-reputation.ts';
import { Trust } from './trust.ts';

export async function trustFeature(
  { dataFolder }: NodeConfig,
  log: Log,
): Promise<FeatureWith<Trust>> {
  const stored = await StoredReputation.open(dataFolder, log);
  return {
    name: 'trust',
    service: new Trust({ reputation: stored.book, log }),
    // Features that depend on this one may still report a peer until they have stopped.
    stop: async (_, dependants) => {
      await dependants;
      await stored.close();
    },
  };
}

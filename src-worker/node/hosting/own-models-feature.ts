/** The feature for the owner's models and those that come with the app. */
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { ShardHost } from '../engines/shard-host.ts';
import type { ModelLibrary } from '../models/library.ts';
import type { FeatureWith } from '../node-feature.ts';
import { MissingFiles } from './missing-files.ts';
import { OwnModels } from './own-models.ts';

export type OwnModelsFeatureOptions = {
  readonly config: NodeConfig;
  readonly library: ModelLibrary;
  readonly shards: ShardHost;
  readonly onChange: () => void;
  readonly log: Log;
};

export function ownModelsFeature(options: OwnModelsFeatureOptions): FeatureWith<OwnModels> {
  const { config, library, shards, onChange, log } = options;
  const own = new OwnModels(library, log);
  const missing = new MissingFiles({
    hosted: () => shards.statuses().filter(({ state }) => state !== 'faulted'),
    missingFile: (manifestId, layers) => library.missingFile(manifestId, layers),
    onChange,
  });
  return {
    name: 'own models',
    service: own,
    start: async () => {
      await own.importBundled(config.bundledModels);
      missing.start();
    },
    stop: async () => {
      missing.stop();
      await own.stop();
    },
    status: () => ({ warnings: [...missing.warnings] }),
  };
}

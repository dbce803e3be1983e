/** The feature for the owner's models and those that come with the app. */
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { ModelLibrary } from '../models/library.ts';
import type { FeatureWith } from '../node-feature.ts';
import { OwnModels } from './own-models.ts';

export function ownModelsFeature(
  { bundledModels }: NodeConfig,
  library: ModelLibrary,
  log: Log,
): FeatureWith<OwnModels> {
  const own = new OwnModels(library, log);
  return {
    name: 'own models',
    service: own,
    start: () => own.importBundled(bundledModels),
    stop: () => own.stop(),
  };
}

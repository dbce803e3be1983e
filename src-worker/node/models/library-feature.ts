/** The model library as a feature of the node. */
import { join } from 'node:path';
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { FeatureWith } from '../node-feature.ts';
import { ModelLibrary } from './library.ts';

/** @throws AppError `data-folder-unusable` */
export async function libraryFeature(
  { dataFolder }: NodeConfig,
  log: Log,
): Promise<FeatureWith<ModelLibrary>> {
  const warnings: string[] = [];
  const library = await ModelLibrary.open({
    folder: join(dataFolder, 'models'),
    onWarning: (message) => {
      warnings.push(message);
      log('warn', message);
    },
  });
  return {
    name: 'library',
    service: library,
    handlers: { modelStorage: () => library.storage() },
    status: () => ({ warnings: [...warnings] }),
  };
}

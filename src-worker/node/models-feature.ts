/** All models that the node knows, its own and those of peers, as a feature of the node. */
import type { FeatureWith } from './node-feature.ts';
import { NodeModels, type NodeModelsOptions } from './node-models.ts';

export function modelsFeature(options: NodeModelsOptions): FeatureWith<NodeModels> {
  const models = new NodeModels(options);
  return {
    name: 'models',
    service: models,
    handlers: {
      importModel: ({ path, alias }) => models.import(path, alias),
      removeModel: ({ model }) => models.remove(model),
      downloadModel: (request) => models.download(request),
      poolOffer: (params) => models.offer(params),
      poolWithdraw: (params) => models.withdraw(params),
    },
    status: () => ({ models: models.entries() }),
  };
}

/** The owner's choice of what to host of a model, and the setting with another choice. Pure. */
import type { LayerRange } from '../../../src-shared/model.ts';
import { modelsNamed } from '../../../src-shared/model-names.ts';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import type { HostedShard } from '../../../src-shared/api/node-config.ts';
import type { Settings } from '../../../src-shared/settings/settings.ts';
import { isDemoModel } from './model-choice.ts';

type Named = Pick<
  ModelEntry,
  'manifestId' | 'name' | 'alias' | 'otherAliases' | 'replaces' | 'quantisation'
>;
type ShardSetting = Settings['shards'];

/** `layers`: the first range, where several ranges are hosted. */
export type HostingChoice =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'whole' }
  | { readonly kind: 'layers'; readonly layers: LayerRange };

const isFor =
  (model: Named) =>
  (shard: HostedShard): boolean =>
    modelsNamed(shard.model, [model]).length > 0 || model.replaces?.includes(shard.model) === true;

/** A setting that was never changed hosts the whole demo model. */
function written(shards: ShardSetting, models: readonly Named[]): HostedShard[] {
  return shards ?? models.filter(isDemoModel).map(({ manifestId }) => ({ model: manifestId }));
}

export function hostingChoiceOf(shards: ShardSetting, model: Named): HostingChoice {
  const shard = written(shards, [model]).find(isFor(model));
  if (shard === undefined) {
    return { kind: 'nothing' };
  }
  return shard.layers === undefined ? { kind: 'whole' } : { kind: 'layers', layers: shard.layers };
}

/** The setting with this choice for the model, in place of the former one. */
export function withHostingChoice(
  shards: ShardSetting,
  models: readonly Named[],
  model: Named,
  choice: HostingChoice,
): HostedShard[] {
  const others = written(shards, models).filter((each) => !isFor(model)(each));
  if (choice.kind === 'nothing') {
    return others;
  }
  const shard: HostedShard = { model: model.manifestId };
  return [...others, choice.kind === 'whole' ? shard : { ...shard, layers: choice.layers }];
}

/** The setting of hosted shards with one model more, or less. Pure. */
import { modelsNamed } from '../../src-shared/model-names.ts';
import type { LayerRange } from '../../src-shared/model.ts';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import type { HostedShard } from '../../src-shared/api/node-config.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';

/** All of the model, or these layers alone, in place of what was hosted of it before. */
export function withModel(
  shards: Settings['shards'],
  model: ModelEntry,
  layers: LayerRange | undefined,
  demoModelName: string,
): HostedShard[] {
  const shard = { model: model.manifestId, ...(layers === undefined ? {} : { layers }) };
  return [...withoutModel(shards, model, demoModelName), shard];
}

/** A setting that was never changed hosts the demo model. */
export function withoutModel(
  shards: Settings['shards'],
  model: ModelEntry,
  demoModelName: string,
): HostedShard[] {
  return (shards ?? [{ model: demoModelName }]).filter(
    (shard) =>
      modelsNamed(shard.model, [model]).length === 0 &&
      model.replaces?.includes(shard.model) !== true,
  );
}

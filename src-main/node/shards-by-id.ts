/** Turns the names in the setting of hosted shards into ids, so that renaming a model changes nothing. */
import { manifestIdSchema } from '../../src-shared/model.ts';
import { modelsNamed, namesOf } from '../../src-shared/model-names.ts';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import type { HostedShard } from '../../src-shared/api/node-config.ts';
import type { ChangedSettings } from '../../src-shared/settings/settings.ts';
import type { NodeProcess } from './node-process.ts';

/**
 * The same shards, each with the id of its model. A model of this machine's library goes before another one of the
 * same name. The id of a model whose file has changed becomes that of the file's new content. A name that means no
 * model, or several, stays: the node reports it, or waits for the model.
 */
export function shardsById(
  shards: readonly HostedShard[],
  models: readonly ModelEntry[],
): HostedShard[] {
  return shards.map((shard) => ({ ...shard, model: idOf(shard.model, models) ?? shard.model }));
}

/**
 * The ids of shards that were stored by name before their models were there. Only models of this machine's library
 * count here: a peer's model of that name may be gone when the owner's own is imported.
 */
export function settledShards(
  shards: readonly HostedShard[],
  models: readonly ModelEntry[],
): HostedShard[] {
  return shardsById(
    shards,
    models.filter(({ isStored }) => isStored === true),
  );
}

/** The same shards for people, each with the first name that means its model alone. */
export function shardsByName(
  shards: readonly HostedShard[],
  models: readonly ModelEntry[],
): HostedShard[] {
  return shards.map((shard) => {
    const model = models.find(({ manifestId }) => manifestId === shard.model);
    const names = model === undefined ? [] : namesOf(model);
    const name = names.find((each) => idOf(each, models) === shard.model);
    return { ...shard, model: name ?? shard.model };
  });
}

/** Changed settings, with ids in place of names that the node knows; unchanged where no node runs. */
export async function withIds(
  changed: ChangedSettings,
  node: Pick<NodeProcess, 'state' | 'freshStatus'>,
): Promise<ChangedSettings> {
  const { shards } = changed;
  if (shards === undefined || shards === null || node.state.name !== 'running') {
    return changed;
  }
  const { models } = await node.freshStatus();
  return { ...changed, shards: shardsById(shards, models) };
}

function idOf(name: string, models: readonly ModelEntry[]): string | undefined {
  if (manifestIdSchema.safeParse(name).success) {
    const isKnown = models.some(({ manifestId }) => manifestId === name);
    const replacement = models.find(({ replaces }) => replaces?.includes(name));
    return isKnown ? name : replacement?.manifestId;
  }
  const own = models.filter(({ isStored }) => isStored === true);
  const named = modelsNamed(name, own);
  const [model, ...others] = named.length > 0 ? named : modelsNamed(name, models);
  return others.length > 0 ? undefined : model?.manifestId;
}

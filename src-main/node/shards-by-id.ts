/** Names in the setting of hosted shards, turned into ids: what models are called later changes nothing. */
import { manifestIdSchema } from '../../src-shared/model.ts';
import { modelsNamed, namesOf } from '../../src-shared/model-names.ts';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import type { HostedShard } from '../../src-shared/api/node-config.ts';
import type { ChangedSettings } from '../../src-shared/settings/settings.ts';
import type { NodeProcess } from './node-process.ts';

/**
 * The same shards, each by its model's id. A name of a model of the own library goes before the same name elsewhere; a
 * model whose file has other content by now is the one that the file has. What means no model, or several, stays as it
 * is: the node says what is wrong with it, or waits for it.
 */
export function shardsById(
  shards: readonly HostedShard[],
  models: readonly ModelEntry[],
): HostedShard[] {
  return shards.map((shard) => ({ ...shard, model: idOf(shard.model, models) ?? shard.model }));
}

/**
 * Shards that were stored by a name before their models were here. Only a model of the own library takes the name for
 * good: what a peer calls by it now may be gone when the owner's own comes.
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

/** The same shards for people: each by the first name of its model that means it alone. */
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

/** Changed settings with the ids that the node knows for names; without a running node, as they are. */
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

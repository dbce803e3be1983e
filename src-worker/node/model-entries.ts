/** The models of a status, and the models that a question may name. Pure. */
import type { ModelSummary } from '../../src-shared/model.ts';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import { type KnownPeer, offeredModels } from './mesh/records/record.ts';
import type { LibraryModel } from './models/library.ts';
import type { ChatModel } from './text/find-model.ts';

/** Most models of peers in a status. */
const maxPeerModels = 500;

/** Models of the own library first, then those that only peers have. */
export function modelEntries(
  own: readonly LibraryModel[],
  peers: readonly KnownPeer[],
  available: readonly ModelSummary[],
): ModelEntry[] {
  const isAvailable = new Set(available.map(({ manifestId }) => manifestId));
  const entries = new Map<string, ModelEntry>();
  for (const model of own) {
    entries.set(model.manifestId, ownEntry(model, isAvailable.has(model.manifestId)));
  }
  for (const summary of peers.flatMap(({ record }) => offeredModels(record))) {
    const { manifestId } = summary;
    if (!entries.has(manifestId) && entries.size < own.length + maxPeerModels) {
      const isComplete = isAvailable.has(manifestId);
      entries.set(manifestId, { ...summary, alias: null, path: null, available: isComplete });
    }
  }
  return [...entries.values()];
}

/** The status entry of a model of this node's library. */
export function ownEntry(model: LibraryModel, available: boolean): ModelEntry {
  const { summary, alias, otherAliases, replaces, path } = model;
  return {
    ...summary,
    alias,
    ...(otherAliases.length === 0 ? {} : { otherAliases: [...otherAliases] }),
    ...(replaces.length === 0 ? {} : { replaces: [...replaces] }),
    path,
    isStored: true,
    available,
  };
}

/** The models that a question may name: those of a status, and beyond its limit all that can answer now. */
export function chatModels(
  entries: readonly ModelEntry[],
  available: readonly ModelSummary[],
  isHostedHere: (manifestId: string) => boolean,
): ChatModel[] {
  const listed = new Set(entries.map(({ manifestId }) => manifestId));
  const others = available.filter(({ manifestId }) => !listed.has(manifestId));
  return [
    ...entries.map((entry) => ({
      ...entry,
      isOwn: entry.isStored === true,
      isInUse: entry.available || isHostedHere(entry.manifestId),
    })),
    ...others.map((model) => ({ ...model, alias: null, isOwn: false, isInUse: true })),
  ];
}

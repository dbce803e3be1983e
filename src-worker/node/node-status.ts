/** The node's state as its host shows it, from what the parts of the node say. Pure. */
import type { ModelSummary } from '../../src-shared/model.ts';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import type { NodeStatus, PeerStatus } from '../../src-shared/api/node-status.ts';
import { type KnownPeer, offeredModels } from './mesh/records/record.ts';
import type { LibraryModel } from './models/library.ts';
import type { ChatModel } from './text/find-model.ts';

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
    if (!entries.has(manifestId) && entries.size < own.length + maxModelsTold) {
      const isComplete = isAvailable.has(manifestId);
      entries.set(manifestId, { ...summary, alias: null, path: null, available: isComplete });
    }
  }
  return [...entries.values()];
}

/** What the status tells of a model of the own library. */
export function ownEntry(model: LibraryModel, available: boolean): ModelEntry {
  const { summary, alias, otherAliases, replaces, path } = model;
  return {
    ...summary,
    alias,
    ...(otherAliases.length === 0 ? {} : { otherAliases: [...otherAliases] }),
    ...(replaces.length === 0 ? {} : { replaces: [...replaces] }),
    path,
    isKept: true,
    available,
  };
}

/** The models that a question may mean: those of a status, and beyond its limit all that can answer now. */
export function chatModels(
  entries: readonly ModelEntry[],
  available: readonly ModelSummary[],
  isHostedHere: (manifestId: string) => boolean,
): ChatModel[] {
  const told = new Set(entries.map(({ manifestId }) => manifestId));
  const others = available.filter(({ manifestId }) => !told.has(manifestId));
  return [
    ...entries.map((entry) => ({
      ...entry,
      isOwn: entry.isKept === true,
      isInUse: entry.available || isHostedHere(entry.manifestId),
    })),
    ...others.map((model) => ({ ...model, alias: null, isOwn: false, isInUse: true })),
  ];
}

/** Most peers that a status tells of: it is sent every second, and people read it. */
const maxPeersTold = 500;
/** Most peers from settings of which a status says why they cannot be reached. */
export const maxUnreachableTold = 20;
/** Most models of peers. */
const maxModelsTold = 500;

/** The connected ones first, as they are now; `silent` are those that do not answer. */
export function peerStatuses(
  peers: readonly KnownPeer[],
  now: (peer: string) => KnownPeer | undefined,
  silent: ReadonlySet<string> = new Set(),
): PeerStatus[] {
  const connected = peers.filter((each) => each.connected);
  const others = peers.filter((each) => !each.connected);
  return [...connected, ...others].slice(0, maxPeersTold).map(({ standing, ...each }) => ({
    ...peerStatus({
      ...(now(each.peer) ?? each),
      ...(standing === undefined ? {} : { standing }),
    }),
    ...(silent.has(each.peer) ? { silent: true } : {}),
  }));
}

export function peerStatus(known: KnownPeer): PeerStatus {
  const { peer, record, connected, latencyMs, silent, relayed, standing } = known;
  const names = new Map(record.models.map(({ manifestId, name }) => [manifestId, name]));
  return {
    peer,
    addresses: [...record.addresses],
    connected,
    latencyMs: latencyMs ?? null,
    ...(silent === true ? { silent } : {}),
    ...(relayed === true ? { relayed } : {}),
    ...(standing === undefined ? {} : { standing }),
    state: record.state,
    ...(record.region === undefined ? {} : { region: record.region }),
    shards: record.shards.map(({ manifestId, firstLayer, lastLayer, freeSessions }) => ({
      manifestId,
      model: names.get(manifestId) ?? manifestId.slice(0, 12),
      firstLayer,
      lastLayer,
      freeSessions,
    })),
  };
}

/** Whether the two would look the same to a person: speeds are compared by whole tokens a second. */
export function isSameStatus(one: NodeStatus, other: NodeStatus): boolean {
  return JSON.stringify(one, rounded) === JSON.stringify(other, rounded);
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value) : value;
}

/** The peers in the node's status. Pure. */
import type { PeerStatus } from '../../../src-shared/api/node-status.ts';
import type { KnownPeer } from './records/record.ts';

/** Most peers in a status: it is sent every second, and a user reads it. */
const maxPeersTold = 500;

/** The statuses, connected peers first; `silent` are those that did not reply when last needed. */
export function peerStatuses(
  peers: readonly KnownPeer[],
  now: (peer: string) => KnownPeer | undefined,
  silent: ReadonlySet<string> = new Set(),
): PeerStatus[] {
  const connected = peers.filter((each) => each.connected);
  const others = peers.filter((each) => !each.connected);
  return [...connected, ...others].slice(0, maxPeersTold).map(({ reputation, ...each }) => ({
    ...peerStatus({
      ...(now(each.peer) ?? each),
      ...(reputation === undefined ? {} : { reputation }),
    }),
    ...(silent.has(each.peer) ? { silent: true } : {}),
  }));
}

export function peerStatus(known: KnownPeer): PeerStatus {
  const { peer, record, connected, latencyMs, silent, relayed, way, reputation } = known;
  const names = new Map(record.models.map(({ manifestId, name }) => [manifestId, name]));
  return {
    peer,
    addresses: [...record.addresses],
    connected,
    latencyMs: latencyMs ?? null,
    ...(silent === true ? { silent } : {}),
    ...(relayed === true ? { relayed } : {}),
    ...(way === undefined ? {} : { way }),
    ...(reputation === undefined ? {} : { reputation }),
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

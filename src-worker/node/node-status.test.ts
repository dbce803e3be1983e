import { describe, expect, it } from 'vitest';
import type { ModelSummary } from '../../src-shared/model.ts';
import type { NodeStatus, ShardStatus } from '../../src-shared/api/node-status.ts';
import type { KnownPeer, RecordedShard } from './mesh/records/record.ts';
import type { LibraryModel } from './models/library.ts';
import { peerStatus, peerStatuses } from './mesh/peer-statuses.ts';
import { modelEntries } from './model-entries.ts';
import { isSameStatus } from './node-status.ts';

function model(digit: string, name = `Model ${digit}`): ModelSummary {
  return {
    manifestId: digit.repeat(64),
    name,
    architecture: 'llama',
    layers: 4,
    width: 64,
    contextLength: 2048,
    sizeBytes: 200_000,
    quantisation: 'F32',
  };
}

/** A library's model with the fields that a status uses. */
function owned(summary: ModelSummary, alias: string | null = null): LibraryModel {
  const { manifestId } = summary;
  const path = `/models/${summary.name}`;
  return {
    manifestId,
    summary,
    alias,
    otherAliases: [],
    replaces: [],
    path,
  } as unknown as LibraryModel;
}

function shardOf({ manifestId }: ModelSummary, given: Partial<RecordedShard> = {}): RecordedShard {
  return {
    manifestId,
    firstLayer: 0,
    lastLayer: 1,
    freeSessions: 3,
    maxSessions: 4,
    contextLength: 2048,
    tokensPerSecond: 12.5,
    ...given,
  };
}

function peer(
  models: readonly ModelSummary[],
  shards: readonly RecordedShard[] = [],
  given: Partial<KnownPeer> = {},
): KnownPeer {
  return {
    peer: '12D3KooWPeer',
    record: {
      sequence: 1,
      state: 'serving',
      addresses: ['/ip4/10.0.0.2/tcp/4001'],
      models: [...models],
      shards: [...shards],
    },
    receivedAt: 0,
    connected: true,
    latencyMs: 1.5,
    ...given,
  };
}

describe('the models that a node shows', () => {
  it('are its own first, with where they are, then those of peers, each once', () => {
    const [a, b, c] = [model('a'), model('b'), model('c')];
    const entries = modelEntries(
      [owned(b, 'mine'), owned(a)],
      [peer([c, b]), peer([c, a])],
      [b, c],
    );
    expect(entries).toEqual([
      { ...b, alias: 'mine', path: '/models/Model b', isStored: true, available: true },
      { ...a, alias: null, path: '/models/Model a', isStored: true, available: false },
      { ...c, alias: null, path: null, available: true },
    ]);
  });

  it('are distinguished by id, not by name', () => {
    const mine = model('a', 'Same name');
    const other = model('b', 'Same name');
    const entries = modelEntries([owned(mine)], [peer([other])], [other]);
    expect(entries.map(({ manifestId, available }) => [manifestId[0], available])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it('have for an own model the facts of its own file, whatever peers claim', () => {
    const honest = model('a');
    const [entry] = modelEntries([owned(honest)], [peer([{ ...honest, layers: 99 }])], []);
    expect(entry).toMatchObject({ layers: 4 });
  });

  it('are none where there are none', () => {
    expect(modelEntries([], [peer([])], [])).toEqual([]);
  });
});

describe('a peer that a node shows', () => {
  it('has its shards by their models’ names, or by the beginning of an id that it did not name', () => {
    const [named, unnamed] = [model('a'), model('b')];
    const shown = peerStatus(
      peer([named], [shardOf(named), shardOf(unnamed, { firstLayer: 2, lastLayer: 3 })]),
    );
    expect(shown).toEqual({
      peer: '12D3KooWPeer',
      addresses: ['/ip4/10.0.0.2/tcp/4001'],
      connected: true,
      latencyMs: 1.5,
      state: 'serving',
      shards: [
        {
          manifestId: named.manifestId,
          model: 'Model a',
          firstLayer: 0,
          lastLayer: 1,
          freeSessions: 3,
        },
        {
          manifestId: unnamed.manifestId,
          model: 'bbbbbbbbbbbb',
          firstLayer: 2,
          lastLayer: 3,
          freeSessions: 3,
        },
      ],
    });
  });

  it('has the reputation from routing, and its current connection', () => {
    const before = peer([], [], { reputation: 0.5, latencyMs: 9 });
    const now = peer([], [], { relayed: true });
    expect(peerStatuses([before], () => now)).toMatchObject([
      { reputation: 0.5, latencyMs: 1.5, relayed: true },
    ]);
    expect(peerStatuses([peer([])], () => undefined)[0]).not.toHaveProperty('reputation');
  });

  it('is marked as silent when it did not reply', () => {
    const [quiet, other] = [peer([], [], { peer: 'quiet' }), peer([], [], { peer: 'other' })];
    const shown = peerStatuses([quiet, other], () => undefined, new Set(['quiet']));
    expect(shown.map(({ silent }) => silent)).toEqual([true, undefined]);
    expect(peerStatus(peer([], [], { silent: true })).silent).toBe(true);
  });

  it('has no latency before the first ping', () => {
    const shown = peerStatus(peer([], [], { latencyMs: undefined, connected: false }));
    expect(shown).toMatchObject({ latencyMs: null, connected: false });
  });
});

describe('two statuses', () => {
  const shard: ShardStatus = {
    manifestId: 'a'.repeat(64),
    model: 'Model a',
    firstLayer: 0,
    lastLayer: 3,
    state: 'serving',
    fault: null,
    failure: null,
    backend: 'cpu',
    pid: 4711,
    memoryBytes: 1_000_000,
    deviceBytes: 0,
    sessions: 1,
    maxSessions: 8,
    tokensPerSecond: 20.2,
  };
  const status: NodeStatus = {
    peer: '12D3KooWSelf',
    addresses: ['/ip4/127.0.0.1/tcp/4001'],
    gatewayPort: 11_535,
    shards: [shard],
    peers: [peerStatus(peer([model('a')], [shardOf(model('a'))]))],
    models: modelEntries([owned(model('a'))], [], []),
    requests: { active: 1, queued: 0 },
    tokensPerSecond: 20.2,
  };

  it('look the same when they are equal, and when speeds differ by less than a token a second', () => {
    expect(isSameStatus(status, structuredClone(status))).toBe(true);
    const faster = {
      ...status,
      tokensPerSecond: 19.8,
      shards: [{ ...shard, tokensPerSecond: 20.4 }],
      peers: status.peers.map((each) => ({ ...each, latencyMs: 1.9 })),
    };
    expect(isSameStatus(status, faster)).toBe(true);
  });

  it.each<[string, Partial<NodeStatus>]>([
    ['a token a second', { tokensPerSecond: 21.2 }],
    ['a request', { requests: { active: 2, queued: 0 } }],
    ['a session', { shards: [{ ...shard, sessions: 2 }] }],
    ['a fault', { shards: [{ ...shard, state: 'faulted', fault: 'It died.' }] }],
    ['a new engine', { shards: [{ ...shard, pid: 4712 }] }],
    ['a shard', { shards: [] }],
    ['a peer', { peers: [] }],
    ['a lost connection', { peers: status.peers.map((each) => ({ ...each, connected: false })) }],
    ['a first ping', { peers: status.peers.map((each) => ({ ...each, latencyMs: null })) }],
    ['a model', { models: [] }],
    ['an address', { addresses: [] }],
  ])('differ by %s', (_, change) => {
    expect(isSameStatus(status, { ...status, ...change })).toBe(false);
    expect(isSameStatus({ ...status, ...change }, status)).toBe(false);
  });
});

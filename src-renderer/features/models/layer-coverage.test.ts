import { describe, expect, it } from 'vitest';
import type { NodeStatus, ShardStatus } from '../../../src-shared/api/node-status.ts';
import {
  layerCoverage,
  leastHolders,
  missingLayersAreHere,
  shardCoverage,
} from './layer-coverage.ts';

const model = { manifestId: 'model', layers: 10 };

function shard(
  firstLayer: number,
  lastLayer: number,
  changes: Partial<ShardStatus> = {},
): ShardStatus {
  return {
    firstLayer,
    lastLayer,
    manifestId: 'model',
    model: 'Model',
    state: 'serving',
    fault: null,
    failure: null,
    backend: 'CPU',
    pid: 1,
    memoryBytes: 1,
    deviceBytes: 0,
    sessions: 0,
    maxSessions: 8,
    tokensPerSecond: 0,
    ...changes,
  };
}

function peer(
  firstLayer: number,
  lastLayer: number,
  connected = true,
): NodeStatus['peers'][number] {
  return {
    peer: 'peer',
    addresses: [],
    connected,
    latencyMs: 1,
    shards: [{ firstLayer, lastLayer, manifestId: 'model', model: 'Model', freeSessions: 8 }],
  };
}

describe('the holders of a model’s layers', () => {
  it('is this machine before peers, and none where neither does', () => {
    expect(layerCoverage(model, { shards: [shard(2, 4)], peers: [peer(4, 6)] })).toEqual([
      { firstLayer: 0, lastLayer: 1, holder: 'nobody' },
      { firstLayer: 2, lastLayer: 4, holder: 'here' },
      { firstLayer: 5, lastLayer: 6, holder: 'peer' },
      { firstLayer: 7, lastLayer: 9, holder: 'nobody' },
    ]);
  });

  it('does not count shards of other models, shards that do not serve, or peers that are gone', () => {
    const shards = [shard(0, 9, { state: 'faulted' }), shard(0, 9, { manifestId: 'other' })];

    expect(layerCoverage(model, { shards, peers: [peer(0, 9, false)] })).toEqual([
      { firstLayer: 0, lastLayer: 9, holder: 'nobody' },
    ]);
  });

  it('is this machine without having them loaded, where no peer has them either', () => {
    const shards = [shard(0, 9, { state: 'idle' })];
    expect(layerCoverage(model, { shards, peers: [peer(0, 3)] })).toEqual([
      { firstLayer: 0, lastLayer: 3, holder: 'peer' },
      { firstLayer: 4, lastLayer: 9, holder: 'idle' },
    ]);
    expect(shardCoverage(2, shard(0, 1, { state: 'idle' }))).toEqual([
      { firstLayer: 0, lastLayer: 1, holder: 'idle' },
    ]);
  });

  it('bears ranges that reach past the model, as a stranger may claim', () => {
    expect(layerCoverage(model, { shards: [], peers: [peer(8, 1000)] })).toEqual([
      { firstLayer: 0, lastLayer: 7, holder: 'nobody' },
      { firstLayer: 8, lastLayer: 9, holder: 'peer' },
    ]);
  });

  it('of one shard is its own run', () => {
    expect(shardCoverage(3, shard(0, 2))).toEqual([
      { firstLayer: 0, lastLayer: 2, holder: 'here' },
    ]);
  });
});

describe('how often the layers of a model are hosted', () => {
  it('is counted by computers, where they are fewest', () => {
    const rest = { shards: [shard(0, 9)], peers: [peer(0, 4), peer(5, 9), peer(3, 6)] };
    expect(leastHolders(model, rest)).toBe(2);
    expect(leastHolders(model, { ...rest, shards: [shard(0, 9, { state: 'idle' })] })).toBe(1);
    expect(leastHolders(model, { shards: [], peers: [peer(0, 9, false)] })).toBe(0);
    expect(leastHolders(model, { shards: [shard(0, 4), shard(4, 9)], peers: [] })).toBe(1);
  });
});

describe('layers that are loaded nowhere', () => {
  const missing = { ...model, path: null };

  it('are on this computer where its shards or the file of the model have them', () => {
    const half = { shards: [shard(0, 4, { state: 'idle' })], peers: [peer(5, 9)] };
    expect(missingLayersAreHere(missing, half)).toBe(true);
    expect(missingLayersAreHere({ ...model, path: '/m.gguf' }, { shards: [], peers: [] })).toBe(
      true,
    );
  });

  it('are nowhere where neither has them', () => {
    const part = { shards: [shard(0, 4, { state: 'faulted' })], peers: [peer(6, 9)] };
    expect(missingLayersAreHere(missing, part)).toBe(false);
  });
});

import { expect, it } from 'vitest';
import { modelSummarySchema } from '../../../../src-shared/model.ts';
import type { KnownPeer } from '../../mesh/records/record.ts';
import { RoutePlanner } from './route-planner.ts';

const model = modelSummarySchema.parse({
  manifestId: 'a'.repeat(64),
  name: 'Model',
  architecture: 'llama',
  layers: 4,
  width: 64,
  contextLength: 2048,
  sizeBytes: 1000,
  quantisation: 'Q8_0',
});

function known(peer: string, sequence: number): KnownPeer {
  return {
    peer,
    record: { sequence, state: 'serving', addresses: [], models: [model], shards: [] },
    receivedAt: 0,
    connected: true,
    latencyMs: undefined,
  };
}

it('a peer that did not reply counts as silent until its next record, and one without a record never does', () => {
  let peers = [known('one', 7), known('other', 7)];
  const planner = new RoutePlanner({
    self: 'own',
    knownPeers: () => peers,
    ownShards: () => [],
    ownModels: () => [],
    prefixHolders: () => [],
  });
  planner.noteSilence('one', model);
  planner.noteSilence('gone', model);
  expect([...planner.silentPeers()]).toEqual(['one']);
  peers = [known('one', 8), known('gone', 1)];
  expect([...planner.silentPeers()]).toEqual([]);
});

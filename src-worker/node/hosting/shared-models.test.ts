import { describe, expect, it } from 'vitest';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { KnownPeer, PeerRecord } from '../mesh/records/record.ts';
import type { Audience } from '../models/audience.ts';
import { SharedModels, type SharedModelsOptions } from './shared-models.ts';

const model: ModelSummary = {
  manifestId: 'a'.repeat(64),
  name: 'A model',
  architecture: 'llama',
  quantisation: 'F16',
  layers: 4,
  width: 64,
  contextLength: 128,
  sizeBytes: 1,
};
const id = model.manifestId;

function peer(record: Partial<PeerRecord>, name = 'stranger'): KnownPeer {
  return {
    peer: name,
    record: { sequence: 1, state: 'serving', addresses: [], models: [], shards: [], ...record },
    receivedAt: 0,
    connected: true,
    latencyMs: 1,
  };
}

function shared(facts: Partial<SharedModelsOptions> & { readonly audience?: Audience } = {}) {
  return new SharedModels({
    audienceOf: () => facts.audience ?? [],
    isHosted: () => false,
    isServing: () => true,
    peers: () => [],
    poolsOf: (name) => (name === 'member' ? ['home'] : []),
    readers: () => undefined,
    listed: new Set(),
    ...facts,
  });
}

describe('the bytes of a model', () => {
  it('are for no peer while it is neither hosted nor shared', () => {
    expect(shared().mayHave('member', id)).toBe(false);
  });

  it('are for all peers when it is hosted, also during a pause', () => {
    const hosted = shared({ isHosted: (each) => each === id, isServing: () => false });
    expect(hosted.mayHave('stranger', id)).toBe(true);
    expect(hosted.mayHave('stranger', 'b'.repeat(64))).toBe(false);
  });

  it('are for its audience, and during a pause for no peer', () => {
    expect(shared({ audience: ['home'] }).mayHave('member', id)).toBe(true);
    expect(shared({ audience: ['home'] }).mayHave('stranger', id)).toBe(false);
    expect(shared({ audience: 'everybody' }).mayHave('stranger', id)).toBe(true);
    const paused = shared({ audience: 'everybody', isServing: () => false });
    expect(paused.mayHave('stranger', id)).toBe(false);
  });
});

describe('a model that comes from peers', () => {
  it('is for the members of the pool that it came from', () => {
    const member = peer({ models: [model] }, 'member');
    const both = [member, peer({ stores: [model] })];
    expect(shared({ peers: () => both }).audienceFrom(id, 'member')).toEqual(['home']);
    expect(shared({ peers: () => both }).audienceFrom(id, 'stranger')).toBe('everybody');
    expect(shared({ peers: () => both }).audienceFrom(id, 'a former peer')).toEqual([]);
    expect(shared({ listed: new Set([id]) }).audienceFrom(id, 'member')).toBe('everybody');
  });
});

describe('demand', () => {
  const rates = new Map([[id, 3]]);

  it('names no model that only this node has', () => {
    expect(shared({ peers: () => [peer({})] }).known(rates)).toEqual(new Map());
  });

  it('names models that others offer in public, or that the app’s catalog lists', () => {
    expect(shared({ peers: () => [peer({ models: [model] })] }).known(rates)).toEqual(rates);
    expect(shared({ listed: new Set([id]) }).known(rates)).toEqual(rates);
    expect(shared({ audience: 'everybody' }).known(rates)).toEqual(rates);
  });

  it('names a model that only a pool has to that pool alone', () => {
    const member = peer({ models: [model], poolOnly: true }, 'member');
    expect(shared({ peers: () => [member] }).known(rates)).toEqual(new Map());
    const hidden = shared({ peers: () => [member], readers: () => ['home'] });
    expect(hidden.known(rates)).toEqual(rates);
  });
});

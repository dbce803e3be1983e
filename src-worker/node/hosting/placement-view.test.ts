import { describe, expect, it } from 'vitest';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { Hosting } from '../../../src-shared/api/node-config.ts';
import type { KnownPeer, PeerRecord } from '../mesh/records/record.ts';
import type { LibraryModel } from '../models/library.ts';
import { rangeBytes } from '../placement/placement-question.ts';
import { assumedModel, placementModel } from './placement-models.ts';
import { type PlacementFacts, PlacementView } from './placement-view.ts';

const id = 'a'.repeat(64);
const other = 'b'.repeat(64);
const layers = 4;

const tensor = (name: string, size: number, shape = [64, 32]) => ({
  name,
  size,
  shape,
  type: 'F32',
  root: 'c'.repeat(64),
});

const manifest: LibraryModel['manifest'] = {
  format: 2,
  name: 'Model',
  architecture: 'llama',
  layers,
  width: 64,
  contextLength: 2048,
  quantisation: 'F32',
  parametersSha256: 'd'.repeat(64),
  tokenizerSha256: 'd'.repeat(64),
  templateSha256: null,
  tensors: [
    ...Array.from({ length: layers }, (_, layer) => [
      tensor(`blk.${layer}.attn_k.weight`, 10_000),
      tensor(`blk.${layer}.attn_v.weight`, 10_000),
      tensor(`blk.${layer}.ffn_up.weight`, 80_000 + layer),
    ]).flat(),
    tensor('output.weight', 40_000),
    tensor('output_norm.weight', 100),
    tensor('token_embd.weight', 50_000),
  ],
};

function summary(manifestId: string): ModelSummary {
  return { ...manifest, manifestId, sizeBytes: 500_000 };
}

const here = (
  path: string | null,
  audience: LibraryModel['audience'] = 'everybody',
): LibraryModel => ({
  manifestId: id,
  alias: null,
  otherAliases: [],
  replaces: [],
  path,
  summary: summary(id),
  manifest,
  audience,
});

function peer(record: Partial<PeerRecord>): KnownPeer {
  return {
    peer: 'other',
    record: { sequence: 1, state: 'serving', addresses: [], models: [], shards: [], ...record },
    receivedAt: 0,
    connected: true,
    latencyMs: 1,
  };
}

const hosting: Hosting = {
  mode: 'automatic',
  memoryBytes: 1_000_000,
  diskBytes: null,
  downloadBytesPerSecond: null,
  uploadBytesPerSecond: null,
  region: '',
  price: 0,
  lookEveryMs: 10_000,
  demandEveryMs: 600_000,
};

const facts: PlacementFacts = {
  isPoolOnly: false,
  self: 'own',
  hosting,
  room: { limitBytes: null, newBytes: 1e12 },
  contextLength: 256,
  isOnProcessor: false,
  library: [],
  peers: [],
  ownDemand: new Map(),
  hosted: [],
  pins: [],
  serving: [],
  avoided: new Set(),
  movedAt: undefined,
  now: 0,
};

describe('the memory of a model', () => {
  it('is counted from its manifest: every layer as the largest, the cache, embedding and head', () => {
    const model = placementModel(manifest, id, 256);
    expect(model).toMatchObject({ manifestId: id, layers, layerBytes: 100_003 });
    expect(model).toMatchObject({ firstBytes: 50_000, lastBytes: 40_100 });
    // Keys and values, 32 wide, of 2 bytes each.
    expect(model.cacheBytes).toBe(256 * 2 * 32 * 2);
    expect(rangeBytes(model, { firstLayer: 0, lastLayer: 3 })).toBeGreaterThan(490_000);
  });

  it('is estimated from its summary without the manifest, with no more cells than it can use', () => {
    expect(assumedModel(summary(other), 1e6)).toMatchObject({
      layerBytes: 125_000,
      cacheBytes: 64 * 2048,
    });
  });

  it('includes the embedding at its end too, where that is its head', () => {
    const tied = {
      ...manifest,
      tensors: manifest.tensors.filter((t) => t.name !== 'output.weight'),
    };
    expect(placementModel(tied, id, 256).lastBytes).toBe(50_100);
  });
});

function memory(more: Partial<PlacementFacts>): number {
  return new PlacementView().question({ ...facts, ...more }).own.memoryBytes;
}

function limitedTo(limitBytes: number) {
  return { room: { limitBytes, newBytes: 1e12 } };
}

describe('the question to placement', () => {
  it('includes models that are in demand and can be fetched', () => {
    const view = new PlacementView();
    const wanting = peer({ demand: { [id]: 2, [other]: 1 }, models: [summary(other)] });
    const question = view.question({ ...facts, library: [here('/m.gguf')], peers: [wanting] });
    expect(question.models.map(({ manifestId }) => manifestId)).toEqual([id, other]);
    expect([...question.demand]).toEqual([
      [id, 2],
      [other, 1],
    ]);
    // No peer has its bytes.
    const partly = view.question({ ...facts, library: [here(null)], peers: [wanting] });
    expect(partly.models.map(({ manifestId }) => manifestId)).toEqual([other]);
    // Hosting the model would reveal it.
    const own = view.question({ ...facts, library: [here('/m.gguf', [])], peers: [wanting] });
    expect(own.models.map(({ manifestId }) => manifestId)).toEqual([other]);
  });

  it('never includes an owner’s file because a peer claims demand and bytes for it', () => {
    const view = new PlacementView();
    const knowing = peer({ demand: { [id]: 2 }, stores: [summary(id)] });
    const question = { ...facts, library: [here('/m.gguf', [])], peers: [knowing] };
    expect(view.question(question).models).toEqual([]);
    expect(view.question({ ...question, isPoolOnly: true }).models).toEqual([]);
    // The owner hosts the model, so it is known already.
    const hosted = [{ manifestId: id, firstLayer: 0, lastLayer: 1 }];
    expect(view.question({ ...question, hosted }).models).toHaveLength(1);
  });

  it('includes a model that only a pool offers where the node’s record goes to its pools alone', () => {
    const view = new PlacementView();
    const hidden = peer({ demand: { [other]: 1 }, models: [summary(other)], poolOnly: true });
    expect(view.question({ ...facts, peers: [hidden] }).models).toEqual([]);
    const inPool = view.question({ ...facts, peers: [hidden], isPoolOnly: true });
    expect(inPool.models.map(({ manifestId }) => manifestId)).toEqual([other]);
  });

  it('leaves out avoided models', () => {
    const view = new PlacementView();
    const question = view.question({
      ...facts,
      peers: [peer({ demand: { [other]: 1 }, models: [summary(other)] })],
      avoided: new Set([other]),
    });
    expect(question.demand.size).toBe(0);
    expect(question.models).toEqual([]);
  });

  it('has no more room than the disk limit leaves, for which an owner’s whole file counts nothing', () => {
    expect(memory(limitedTo(400_000))).toBe(400_000);
    expect(memory(limitedTo(0))).toBe(0);
    // Downloaded files take more than the limit.
    expect(memory(limitedTo(-5))).toBe(0);
    const big = { hosting: { ...hosting, memoryBytes: 1e12 }, ...limitedTo(400_000) };
    const whole = { manifestId: id, firstLayer: 0, lastLayer: layers - 1 };
    const model = placementModel(manifest, id, 256);
    const inPlace = { ...big, library: [here('/m.gguf')], hosted: [whole] };
    expect(memory(inPlace)).toBe(400_000 + rangeBytes(model, whole));
    // A part of it is cut, and takes room.
    expect(memory({ ...inPlace, hosted: [{ ...whole, lastLayer: 1 }] })).toBe(400_000);
  });

  it('has no room for more on a full disk, and keeps what is hosted there', () => {
    const full = { room: { limitBytes: null, newBytes: -1e6 } };
    expect(new PlacementView().question({ ...facts, ...full }).own.memoryBytes).toBe(0);
    const hosted = { manifestId: id, firstLayer: 0, lastLayer: 1 };
    const { own } = new PlacementView().question({
      ...facts,
      ...full,
      hosting: { ...hosting, memoryBytes: 1e12 },
      library: [here('/m.gguf')],
      hosted: [hosted],
    });
    expect(own.memoryBytes).toBe(rangeBytes(placementModel(manifest, id, 256), hosted));
  });

  it('has this machine’s measured read speed once it has served', () => {
    const shard = { manifestId: id, firstLayer: 0, lastLayer: 0 };
    const serving = {
      ...shard,
      tokensPerSecond: 1000,
      freeSessions: 1,
      maxSessions: 1,
      contextLength: 256,
    };
    const given = { ...facts, library: [here('/m.gguf')], hosted: [shard], serving: [serving] };
    const { own } = new PlacementView().question(given);
    expect(own.shards).toEqual([{ ...shard, tokensPerSecond: 1000 }]);
    expect(own.readBytesPerSecond).toBe(150_003_000);
    expect(new PlacementView().question(facts).own.readBytesPerSecond).toBe(10e9);
  });

  it('leaves out models that a processor is too slow for, but for those hosted here', () => {
    const ids = (more: Partial<PlacementFacts>): string[] => {
      const sized = [
        { ...summary(id), sizeBytes: 1e9 },
        { ...summary(other), sizeBytes: 40e9 },
      ];
      const wanting = peer({ demand: { [id]: 1, [other]: 9 }, models: sized });
      const { models } = new PlacementView().question({ ...facts, peers: [wanting], ...more });
      return models.map(({ manifestId }) => manifestId);
    };
    expect(ids({})).toEqual([other, id].toSorted());
    expect(ids({ isOnProcessor: true })).toEqual([id]);
    const hosted = [{ manifestId: other, firstLayer: 0, lastLayer: 0 }];
    expect(ids({ isOnProcessor: true, hosted })).toContain(other);

    const shard = { manifestId: id, firstLayer: 0, lastLayer: 3 };
    const served = (tokensPerSecond: number): Partial<PlacementFacts> => ({
      isOnProcessor: true,
      serving: [{ ...shard, tokensPerSecond, freeSessions: 1, maxSessions: 1, contextLength: 256 }],
    });
    // 150 GB a second, as measured, make 3.75 tokens a second of 40 GB; 2 GB a second make 2 of 1 GB.
    expect(ids(served(150)).toSorted()).toEqual([id, other]);
    expect(ids(served(2))).toEqual([]);
  });

  it('does not judge a processor by a shard that is too small to tell', () => {
    const shard = { manifestId: id, firstLayer: 0, lastLayer: 3 };
    const serving = [
      { ...shard, tokensPerSecond: 100, freeSessions: 1, maxSessions: 1, contextLength: 256 },
    ];
    const wanting = peer({
      demand: { [id]: 1, [other]: 1 },
      models: [summary(id), { ...summary(other), sizeBytes: 2e9 }],
    });
    const given = { ...facts, isOnProcessor: true, serving, peers: [wanting] };
    const { models } = new PlacementView().question(given);
    expect(models).toHaveLength(2);
  });
});

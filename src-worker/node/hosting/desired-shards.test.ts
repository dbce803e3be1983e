import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { HostedShard } from '../../../src-shared/api/node-config.ts';
import type { LibraryModel } from '../models/library.ts';
import type { PinnedShard } from '../models/shard-cache.ts';
import { DesiredShards } from './desired-shards.ts';

const lower = { firstLayer: 0, lastLayer: 1 };
const upper = { firstLayer: 2, lastLayer: 3 };

function summary(digit: string, name = `Model ${digit}`): ModelSummary {
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

function named(name: string, all: Iterable<ModelSummary>): ModelSummary | undefined {
  return [...all].find((model) => model.name === name || model.manifestId === name);
}

function toModel(model: ModelSummary): LibraryModel {
  return { manifestId: model.manifestId, summary: model } as LibraryModel;
}

/** A library and peers in memory; a model arrives from a peer when the test calls `give`. */
function setUp(inLibrary: readonly ModelSummary[], ofPeers: readonly ModelSummary[] = []) {
  const models = new Map(inLibrary.map((model) => [model.manifestId, model]));
  const asked: string[] = [];
  const waiting: { give: () => void; refuse: () => void; signal: AbortSignal }[] = [];
  const state = {
    hosted: [] as readonly HostedShard[],
    pinned: [] as readonly PinnedShard[],
    order: [] as string[],
    now: 0,
    peers: ofPeers,
    replacements: new Map<string, ModelSummary>(),
  };
  const desired = new DesiredShards({
    library: {
      list: () => [...models.values()].map(toModel),
      find: (name) => {
        const model = named(name, models.values());
        if (model === undefined) {
          throw new AppError('model-not-found', `No model in the library is called '${name}'.`);
        }
        return toModel(model);
      },
      replacementOf: (id) => {
        const model = state.replacements.get(id);
        return model === undefined ? undefined : toModel(model);
      },
      pin: (shards) => {
        state.pinned = shards;
        state.order.push('pin');
      },
    },
    host: (shards) => {
      state.hosted = shards;
      state.order.push('host');
    },
    knownByPeers: (name) => named(name, state.peers),
    add: (manifestId, signal) => {
      asked.push(manifestId);
      const { promise, resolve, reject } = Promise.withResolvers<LibraryModel>();
      waiting.push({
        give: () => {
          const model = named(manifestId, ofPeers);
          if (model !== undefined) {
            models.set(manifestId, model);
            resolve(toModel(model));
          }
        },
        refuse: () => reject(new AppError('model-not-found', 'Nobody gave it.')),
        signal,
      });
      return promise;
    },
    now: () => state.now,
    log: () => {},
  });
  return { desired, state, asked, waiting, models };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the desired shards', () => {
  it('are those of the settings and of placement, each once, and pinned before they are hosted', () => {
    const { desired, state } = setUp([summary('a')]);
    const id = summary('a').manifestId;
    desired.set([{ model: 'Model a', layers: lower }]);
    desired.place([
      { manifestId: id, ...lower },
      { manifestId: id, ...upper },
    ]);
    expect(state.hosted).toEqual([
      { model: id, layers: lower },
      { model: id, layers: upper },
    ]);
    expect(state.pinned.map(({ range }) => range)).toEqual([lower, upper]);
    expect(state.order).toEqual(['pin', 'host', 'pin', 'host']);
    expect(desired.pins()).toEqual([{ manifestId: id, ...lower }]);
    desired.place([]);
    expect(state.hosted).toEqual([{ model: id, layers: lower }]);
  });

  it('stay unchanged when an entry is not valid', () => {
    const { desired, state } = setUp([summary('a')]);
    desired.set([{ model: 'Model a', layers: lower }]);
    expect(() => desired.set([{ model: 'Nobody has it' }])).toThrow("called 'Nobody has it'");
    const beyond = { firstLayer: 2, lastLayer: 4 };
    expect(() => desired.set([{ model: 'Model a', layers: beyond }])).toThrow(
      'Layers 2 to 4 of Model a cannot be hosted: it has layers 0 to 3',
    );
    expect(state.hosted).toEqual([{ model: summary('a').manifestId, layers: lower }]);
  });
});

it('a name keeps meaning the model that it first meant, also when other models get the name later', () => {
  const { desired, state, models } = setUp([summary('b', 'Small')]);
  desired.setFirst([{ model: 'Small' }]);
  const hosted = [{ model: summary('b').manifestId, layers: { firstLayer: 0, lastLayer: 3 } }];
  expect(state.hosted).toEqual(hosted);
  const others = new Map([['a', summary('a', 'Small')], ...models]);
  models.clear();
  others.forEach((model) => models.set(model.manifestId, model));
  desired.reconcile();
  expect(state.hosted).toEqual(hosted);
});

describe('a model whose file has new content', () => {
  it('is replaced by the model in the file as soon as that is imported', () => {
    const [former, present] = [summary('a'), summary('b')];
    const { desired, state, models } = setUp([former]);
    desired.set([{ model: former.manifestId, layers: lower }]);
    models.delete(former.manifestId);
    models.set(present.manifestId, present);
    state.replacements.set(former.manifestId, present);
    desired.reconcile();
    expect(state.hosted).toEqual([{ model: present.manifestId, layers: lower }]);
    desired.set([{ model: former.manifestId }]);
    expect(desired.pins()).toEqual([
      { manifestId: present.manifestId, firstLayer: 0, lastLayer: 3 },
    ]);
  });
});

describe('a model that only peers have', () => {
  it('is fetched once, and hosted when it is here', async () => {
    const { desired, state, asked, waiting } = setUp([], [summary('b')]);
    desired.set([{ model: 'Model b', layers: upper }]);
    desired.reconcile();
    expect(asked).toEqual([summary('b').manifestId]);
    expect(state.hosted).toEqual([]);
    waiting[0]?.give();
    await settled();
    expect(state.hosted).toEqual([{ model: summary('b').manifestId, layers: upper }]);
  });

  it('is fetched again ten seconds after no peer gave it, and not before', async () => {
    const { desired, state, asked, waiting } = setUp([], [summary('b')]);
    desired.set([{ model: 'Model b' }]);
    waiting[0]?.refuse();
    await settled();
    desired.reconcile();
    expect(asked).toHaveLength(1);
    state.now += 10_000;
    desired.reconcile();
    expect(asked).toHaveLength(2);
  });

  it('is no longer fetched when it is not desired any more, or the node stops', () => {
    const { desired, waiting } = setUp([], [summary('b'), summary('c')]);
    desired.set([{ model: 'Model b' }]);
    desired.set([{ model: 'Model c' }]);
    expect(waiting.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    desired.stop();
    expect(waiting[1]?.signal.aborted).toBe(true);
  });

  it('of an earlier run is waited for, while an entry with layers that it does not have is only logged', async () => {
    const { desired, state, asked, waiting } = setUp([summary('a')], [summary('b')]);
    const { peers } = state;
    state.peers = [];
    desired.setFirst([
      { model: 'Model b' },
      { model: 'Model a', layers: { firstLayer: 0, lastLayer: 9 } },
      { model: 'Model a', layers: lower },
    ]);
    expect(state.hosted).toEqual([{ model: summary('a').manifestId, layers: lower }]);
    state.peers = peers;
    desired.reconcile();
    expect(asked).toEqual([summary('b').manifestId]);
    waiting[0]?.give();
    await settled();
    expect(state.hosted).toHaveLength(2);
  });
});

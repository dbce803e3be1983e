import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import type { KnownPeer, RecordedShard } from '../mesh/record.ts';
import { longestSequence, planRoute, type RouteQuestion, type RouteStage } from './plan-route.ts';
import { stageCostMs } from './stage-cost.ts';

const manifestId = 'a'.repeat(64);
const model = { manifestId, name: 'Test model', layers: 6 };

function shard(
  firstLayer: number,
  lastLayer: number,
  more: Partial<RecordedShard> = {},
): RecordedShard {
  return {
    manifestId,
    firstLayer,
    lastLayer,
    freeSessions: 4,
    maxSessions: 4,
    contextLength: 4096,
    tokensPerSecond: 100,
    ...more,
  };
}

function peer(name: string, shards: RecordedShard[], more: Partial<KnownPeer> = {}): KnownPeer {
  return {
    peer: name,
    record: {
      sequence: 1,
      state: 'serving',
      addresses: ['/ip4/192.0.2.1/tcp/1'],
      models: [],
      shards,
    },
    receivedAt: 0,
    connected: true,
    latencyMs: 10,
    ...more,
  };
}

function question(more: Partial<RouteQuestion>): RouteQuestion {
  return {
    model,
    self: 'me',
    ownShards: [],
    peers: [],
    excluded: new Set(),
    promptTokens: 100,
    maxTokens: 200,
    ...more,
  };
}

function names(route: readonly RouteStage[]): string {
  return route.map((stage) => `${stage.peer}:${stage.firstLayer}-${stage.lastLayer}`).join(' ');
}

function refusal(asked: RouteQuestion): AppError {
  try {
    planRoute(asked);
  } catch (error) {
    if (error instanceof AppError) {
      return error;
    }
  }
  throw new Error('A route was found where none was expected');
}

describe('a route', () => {
  const left = peer('left', [shard(0, 2)]);
  const right = peer('right', [shard(3, 5)]);
  const whole = peer('whole', [shard(0, 5)]);

  it.each<[string, Partial<RouteQuestion>, string]>([
    [
      'takes the own whole model before a faster peer',
      { ownShards: [shard(0, 5, { tokensPerSecond: 1 })], peers: [whole] },
      'me:0-5',
    ],
    [
      'takes a whole-model peer before a chain, however slow it is',
      {
        ownShards: [shard(0, 2)],
        peers: [right, peer('slow', [shard(0, 5, { tokensPerSecond: 0.1 })], { latencyMs: 500 })],
      },
      'slow:0-5',
    ],
    ['joins shards end to end', { peers: [left, right] }, 'left:0-2 right:3-5'],
    [
      'joins an own shard with a peer’s',
      { ownShards: [shard(3, 5)], peers: [left, right] },
      'left:0-2 me:3-5',
    ],
    [
      'takes fewer stages before cheaper ones',
      {
        peers: [
          left,
          peer('a', [shard(3, 3)], { latencyMs: 1 }),
          peer('b', [shard(4, 5)], { latencyMs: 1 }),
          peer('right', [shard(3, 5)], { latencyMs: 200 }),
        ],
      },
      'left:0-2 right:3-5',
    ],
    [
      'takes the nearer of two equal peers',
      { peers: [peer('a', [shard(0, 5)], { latencyMs: 50 }), whole] },
      'whole:0-5',
    ],
    [
      'takes the faster of two equally near peers',
      { peers: [peer('a', [shard(0, 5, { tokensPerSecond: 40 })]), whole] },
      'whole:0-5',
    ],
    [
      'takes the less busy of two equally fast peers',
      { peers: [peer('a', [shard(0, 5, { freeSessions: 1 })]), whole] },
      'whole:0-5',
    ],
    [
      'takes the lesser peer id of two equal peers, whatever their order',
      { peers: [whole, peer('also', [shard(0, 5)])] },
      'also:0-5',
    ],
    [
      'passes over a full peer',
      { peers: [peer('a', [shard(0, 5, { freeSessions: 0 })], { latencyMs: 1 }), whole] },
      'whole:0-5',
    ],
    [
      'passes over a peer without enough cache cells left',
      { peers: [peer('a', [shard(0, 5, { freeCells: 99 })], { latencyMs: 1 }), whole] },
      'whole:0-5',
    ],
    [
      'passes over a peer whose cache can never hold the whole answer',
      { peers: [peer('a', [shard(0, 5, { contextLength: 150 })], { latencyMs: 1 }), whole] },
      'whole:0-5',
    ],
    [
      'passes over its own full shard',
      { ownShards: [shard(0, 5, { freeSessions: 0 })], peers: [whole] },
      'whole:0-5',
    ],
    [
      'passes over a peer that is draining',
      {
        peers: [{ ...whole, peer: 'a', record: { ...whole.record, state: 'draining' } }, whole],
      },
      'whole:0-5',
    ],
    [
      'passes over excluded peers',
      { peers: [whole, left, right], excluded: new Set(['whole']) },
      'left:0-2 right:3-5',
    ],
    [
      'prefers a connected peer to one that must be dialled',
      { peers: [peer('a', [shard(0, 5)], { connected: false, latencyMs: undefined }), whole] },
      'whole:0-5',
    ],
    [
      'uses a peer that must be dialled when there is no other',
      { peers: [peer('a', [shard(0, 5)], { connected: false, latencyMs: undefined })] },
      'a:0-5',
    ],
    [
      'uses two shards of one peer',
      { peers: [peer('both', [shard(3, 5), shard(0, 2)])] },
      'both:0-2 both:3-5',
    ],
    [
      'ignores shards of other models, and those that claim layers which the model has not',
      {
        peers: [
          peer('a', [shard(0, 5, { manifestId: 'b'.repeat(64) }), shard(0, 6), shard(3, 9)]),
          left,
          right,
        ],
      },
      'left:0-2 right:3-5',
    ],
  ])('%s', (_title, asked, expected) => {
    expect(names(planRoute(question(asked)))).toBe(expected);
  });
});

describe('without a route', () => {
  it.each<[string, Partial<RouteQuestion>, string, string]>([
    ['nobody hosts anything', {}, 'no-route', 'no peer in reach hosts any of its 6 layers'],
    [
      'some layers are missing',
      { peers: [peer('a', [shard(1, 2), shard(5, 5)])] },
      'no-route',
      'hosts layers 0, 3–4 of its 6',
    ],
    [
      'the shards overlap but do not join',
      { peers: [peer('a', [shard(0, 3)]), peer('b', [shard(2, 5)])] },
      'no-route',
      'do not join end to end (0–3, 2–5)',
    ],
    [
      'the only peer for some layers was excluded',
      {
        peers: [peer('a', [shard(0, 2)]), peer('b', [shard(3, 5)])],
        excluded: new Set(['b']),
      },
      'no-route',
      'hosts layers 3–5 of its 6',
    ],
    [
      'a peer is neither connected nor has an address',
      {
        peers: [
          {
            ...peer('a', [shard(0, 5)], { connected: false }),
            record: { ...peer('a', [shard(0, 5)]).record, addresses: [] },
          },
        ],
      },
      'no-route',
      'hosts any of its 6 layers',
    ],
    [
      'one stage of the only chain is full',
      { peers: [peer('a', [shard(0, 2, { freeSessions: 0 })]), peer('b', [shard(3, 5)])] },
      'over-capacity',
      'busy',
    ],
  ])('says so when %s', (_title, asked, code, message) => {
    const error = refusal(question(asked));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});

describe('the longest sequence', () => {
  it('is that of the best chain’s shortest stage', () => {
    const peers = [
      peer('a', [shard(0, 2, { contextLength: 8192 })]),
      peer('b', [shard(3, 5, { contextLength: 2048 })]),
      peer('c', [shard(3, 5, { contextLength: 6000, freeSessions: 0 })]),
      peer('d', [shard(0, 5, { contextLength: 1024 })]),
    ];
    expect(longestSequence(question({ peers }))).toBe(6000);
    expect(longestSequence(question({ peers: [] }))).toBeUndefined();
  });
});

describe('any mesh', () => {
  const layers = 5;
  const anyShard = fc
    .tuple(
      fc.nat({ max: layers - 1 }),
      fc.nat({ max: layers }),
      fc.nat({ max: 2 }),
      fc.constantFrom(0, 10, 20),
    )
    .map(([first, length, freeSessions, tokensPerSecond]) =>
      shard(first, first + length, { freeSessions, maxSessions: 2, tokensPerSecond }),
    );
  const anyPeer = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'me'),
    shards: fc.array(anyShard, { maxLength: 4 }),
    connected: fc.boolean(),
    latencyMs: fc.constantFrom(undefined, 1, 5),
  });
  const anyQuestion = fc
    .tuple(fc.array(anyPeer, { maxLength: 6 }), fc.array(anyShard, { maxLength: 2 }))
    .map(([peers, ownShards]) =>
      question({
        model: { ...model, layers },
        peers: peers.map(({ name, shards, ...more }) => peer(name, shards, more)),
        ownShards,
      }),
    );

  it('gives a chain that covers all layers exactly and is as cheap as any', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const chains = allChains(asked);
        if (chains.length === 0) {
          expect(['no-route', 'over-capacity']).toContain(refusal(asked).code);
          return;
        }
        const route = planRoute(asked);
        expect(route[0]?.firstLayer).toBe(0);
        expect(route.at(-1)?.lastLayer).toBe(layers - 1);
        for (const [index, stage] of route.slice(1).entries()) {
          expect(stage.firstLayer).toBe((route[index]?.lastLayer ?? Number.NaN) + 1);
        }
        const ownWhole = chains.some(({ key }) => key === 'me:0-4');
        if (ownWhole) {
          expect(names(route)).toBe('me:0-4');
          return;
        }
        const fewest = Math.min(...chains.map((chain) => chain.stages));
        expect(route.length).toBe(fewest);
        const short = chains.filter((chain) => chain.stages === fewest);
        const chosen = short.filter((chain) => chain.key === names(route));
        const cheapest = Math.min(...short.map((chain) => chain.costMs));
        expect(Math.min(...chosen.map((chain) => chain.costMs))).toBeCloseTo(cheapest, 9);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same chain whatever order the records come in', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const turned = { ...asked, peers: asked.peers.toReversed() };
        if (allChains(asked).length > 0) {
          expect(names(planRoute(turned))).toBe(names(planRoute(asked)));
        }
      }),
    );
  });
});

/** Every usable chain, by walking all of them: slow, and simple enough to be believed. */
function allChains(asked: RouteQuestion): { key: string; stages: number; costMs: number }[] {
  const layers = asked.model.layers;
  const offers = [
    ...asked.ownShards.map((shard) => ({
      peer: 'me',
      shard,
      costMs: stageCostMs(shard, layers, 'own'),
    })),
    ...asked.peers
      .filter(({ peer }) => peer !== 'me')
      .flatMap(({ peer, record, connected, latencyMs }) =>
        record.shards.map((shard) => ({
          peer,
          shard,
          costMs: stageCostMs(shard, layers, { connected, latencyMs }),
        })),
      ),
  ].filter(({ shard }) => shard.freeSessions > 0 && shard.lastLayer < layers);
  const walk = (layer: number): { key: string; stages: number; costMs: number }[] =>
    layer === layers
      ? [{ key: '', stages: 0, costMs: 0 }]
      : offers
          .filter(({ shard }) => shard.firstLayer === layer)
          .flatMap(({ peer, shard, costMs }) =>
            walk(shard.lastLayer + 1).map((tail) => ({
              key: `${peer}:${layer}-${shard.lastLayer} ${tail.key}`.trim(),
              stages: tail.stages + 1,
              costMs: tail.costMs + costMs,
            })),
          );
  return walk(0);
}

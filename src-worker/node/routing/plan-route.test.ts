import { describe, expect, it } from 'vitest';
import {
  namesOf,
  peer,
  question,
  refusalOf,
  shard,
} from '../../../test/support/sessions/route-questions.ts';
import { longestSequence, planRoute } from './plan-route.ts';
import type { RouteQuestion } from './route-question.ts';

describe('a route', () => {
  const left = peer('left', [shard(0, 2)]);
  const right = peer('right', [shard(3, 5)]);
  const whole = peer('whole', [shard(0, 5)]);

  it.each<[string, Partial<RouteQuestion>, string]>([
    [
      'prefers its own whole model to a faster peer',
      { ownShards: [shard(0, 5, { tokensPerSecond: 1 })], peers: [whole] },
      'me:0-5',
    ],
    [
      'prefers a chain to a whole-model peer that is slower',
      {
        ownShards: [shard(0, 2)],
        peers: [right, peer('slow', [shard(0, 5, { tokensPerSecond: 0.1 })], { latencyMs: 500 })],
      },
      'me:0-2 right:3-5',
    ],
    [
      'prefers a whole-model peer to a chain that computes as fast',
      { peers: [left, right, peer('whole', [shard(0, 5, { tokensPerSecond: 50 })])] },
      'whole:0-5',
    ],
    [
      'ignores a claim to a speed that no machine has',
      {
        peers: [
          peer('boaster', [shard(0, 5, { tokensPerSecond: 1e9, prefillTokensPerSecond: 1e9 })], {
            latencyMs: 12,
          }),
          whole,
        ],
      },
      'whole:0-5',
    ],
    [
      'believes a machine of the owner that is faster than a stranger may claim to be',
      {
        peers: [peer('mine', [shard(0, 5, { tokensPerSecond: 400 })], { latencyMs: 20 }), whole],
        ownMachines: new Set(['mine']),
      },
      'mine:0-5',
    ],
    [
      'prefers a slow chain to a distrusted peer with the whole model',
      {
        peers: [
          peer('liar', [shard(0, 5)], { reputation: 0.2, latencyMs: 1 }),
          peer('left', [shard(0, 2, { tokensPerSecond: 1 })], { connected: false }),
          right,
        ],
      },
      'left:0-2 right:3-5',
    ],
    [
      'uses a distrusted peer for layers for which no other has room',
      {
        peers: [
          peer('liar', [shard(0, 2)], { reputation: 0.2 }),
          peer('left', [shard(0, 2, { freeSessions: 0 })]),
          right,
        ],
      },
      'liar:0-2 right:3-5',
    ],
    ['joins shards end to end', { peers: [left, right] }, 'left:0-2 right:3-5'],
    [
      'joins an own shard with a peer’s',
      { ownShards: [shard(3, 5)], peers: [left, right] },
      'left:0-2 me:3-5',
    ],
    [
      'takes more stages where they cost less in sum',
      {
        peers: [
          left,
          peer('a', [shard(3, 3)], { latencyMs: 1 }),
          peer('b', [shard(4, 5)], { latencyMs: 1 }),
          peer('right', [shard(3, 5)], { latencyMs: 200 }),
        ],
      },
      'left:0-2 a:3-3 b:4-5',
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
      'takes the smaller peer id of two equal peers, whatever their order',
      { peers: [whole, peer('also', [shard(0, 5)])] },
      'also:0-5',
    ],
    [
      'skips a full peer',
      { peers: [peer('a', [shard(0, 5, { freeSessions: 0 })], { latencyMs: 1 }), whole] },
      'whole:0-5',
    ],
    [
      'skips a peer without enough cache cells left',
      { peers: [peer('a', [shard(0, 5, { freeCells: 99 })], { latencyMs: 1 }), whole] },
      'whole:0-5',
    ],
    [
      'skips a peer whose cache can never hold the whole answer',
      { peers: [peer('a', [shard(0, 5, { contextLength: 150 })], { latencyMs: 1 }), whole] },
      'whole:0-5',
    ],
    [
      'skips its own full shard',
      { ownShards: [shard(0, 5, { freeSessions: 0 })], peers: [whole] },
      'whole:0-5',
    ],
    [
      'skips a peer that is draining',
      {
        peers: [{ ...whole, peer: 'a', record: { ...whole.record, state: 'draining' } }, whole],
      },
      'whole:0-5',
    ],
    [
      'skips excluded peers',
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
      'prefers a direct path to a relayed one of the same latency',
      { peers: [peer('a', [shard(0, 5)], { relayed: true }), whole] },
      'whole:0-5',
    ],
    [
      'uses a relayed peer when there is no other',
      { peers: [peer('a', [shard(0, 5)], { relayed: true })] },
      'a:0-5',
    ],
    [
      'prefers a peer of good reputation to a nearer one that often fails',
      { peers: [peer('a', [shard(0, 5)], { reputation: 0.3, latencyMs: 1 }), whole] },
      'whole:0-5',
    ],
    [
      'prefers a slower chain that has the session’s prompt cached',
      {
        peers: [peer('held', [shard(0, 5, { tokensPerSecond: 80 })]), whole],
        sequenceTokens: 2000,
        cells: 2200,
        prefixHolders: [{ peer: 'held', firstLayer: 0, lastLayer: 5, tokens: 2000 }],
      },
      'held:0-5',
    ],
    [
      'leaves a peer with the prompt cached where another prefills and decodes faster in sum',
      {
        peers: [peer('held', [shard(0, 5, { tokensPerSecond: 5 })]), whole],
        sequenceTokens: 20,
        cells: 220,
        prefixHolders: [{ peer: 'held', firstLayer: 0, lastLayer: 5, tokens: 20 }],
      },
      'whole:0-5',
    ],
    [
      'believes a measured prefill speed rather than a guess',
      {
        peers: [peer('a', [shard(0, 5, { prefillTokensPerSecond: 50 })]), whole],
        sequenceTokens: 2000,
        cells: 2200,
      },
      'whole:0-5',
    ],
    [
      'ignores a prefix that another shard of the peer has cached',
      {
        peers: [peer('zz', [shard(0, 5)]), whole],
        prefixHolders: [{ peer: 'zz', firstLayer: 0, lastLayer: 2, tokens: 100 }],
      },
      'whole:0-5',
    ],
    [
      'uses two shards of one peer',
      { peers: [peer('both', [shard(3, 5), shard(0, 2)])] },
      'both:0-2 both:3-5',
    ],
    [
      'ignores shards of other models, and shards with layers that the model does not have',
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
    expect(namesOf(planRoute(question(asked)))).toBe(expected);
  });
});

describe('without a route', () => {
  it.each<[string, Partial<RouteQuestion>, string, string]>([
    ['no peer hosts anything', {}, 'no-route', 'no peer in reach hosts any of its 6 layers'],
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
    const error = refusalOf(question(asked));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});

describe('the longest sequence', () => {
  it('is the context of the shortest stage in the best chain', () => {
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

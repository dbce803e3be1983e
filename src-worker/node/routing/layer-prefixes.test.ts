import { describe, expect, it } from 'vitest';
import {
  namesOf,
  peer,
  question,
  refusalOf,
  saysPrefix,
  shard,
} from '../../../test/support/sessions/route-questions.ts';
import { routeRulesSchema } from '../../../src-shared/route-rules.ts';
import { planRoute } from './plan-route.ts';
import { planSpares } from './plan-spares.ts';
import type { RouteQuestion } from './route-question.ts';
import { viewRoute } from './route-view.ts';

const says = { says: saysPrefix };
const large = { manifestId: 'a'.repeat(64), name: 'Test model', layers: 32 };

describe('shards that overlap', () => {
  it.each<[string, Partial<RouteQuestion>, string]>([
    [
      'form a chain',
      { model: large, peers: [peer('a', [shard(0, 15)], says), peer('b', [shard(12, 31)])] },
      'a:0-11 b:12-31',
    ],
    [
      'form a chain with this machine’s',
      { ownShards: [shard(0, 4)], peers: [peer('b', [shard(2, 5)])] },
      'me:0-1 b:2-5',
    ],
    [
      'are each used up to where the next one begins',
      {
        peers: [
          peer('a', [shard(0, 3)], says),
          peer('b', [shard(1, 4)], says),
          peer('c', [shard(3, 5)], says),
        ],
      },
      'a:0-2 c:3-5',
    ],
    [
      'leave the layers of a faster peer to it',
      {
        peers: [
          peer('a', [shard(0, 5, { tokensPerSecond: 1 })], says),
          peer('b', [shard(2, 5, { tokensPerSecond: 100 })]),
        ],
      },
      'a:0-1 b:2-5',
    ],
    [
      'are used whole where they join end to end',
      {
        peers: [
          peer('a', [shard(0, 2)], says),
          peer('b', [shard(3, 5)], says),
          peer('c', [shard(2, 5, { tokensPerSecond: 75 })], { ...says, latencyMs: 11 }),
        ],
      },
      'a:0-2 b:3-5',
    ],
    [
      'serve middle layers where the last one stays on this machine',
      {
        ownShards: [shard(0, 1), shard(5, 5)],
        peers: [peer('a', [shard(2, 5)], says)],
        rules: routeRulesSchema.parse({ keepOuterLayersAtHome: true }),
      },
      'me:0-1 a:2-4 me:5-5',
    ],
    [
      'are preferred where they have the session’s prefix cached',
      {
        peers: [
          peer('a', [shard(0, 3)], says),
          peer('b', [shard(0, 3)], { ...says, latencyMs: 9.9 }),
          peer('c', [shard(2, 5)]),
        ],
        prefixHolders: [{ peer: 'a', firstLayer: 0, lastLayer: 1, tokens: 96 }],
        sequenceTokens: 100,
      },
      'a:0-1 c:2-5',
    ],
  ])('%s', (_title, asked, expected) => {
    expect(namesOf(planRoute(question(asked)))).toBe(expected);
  });

  it('form no chain where the first peer’s version can only compute all of its layers', () => {
    const peers = [peer('a', [shard(0, 3)]), peer('b', [shard(2, 5)], says)];
    expect(refusalOf(question({ peers })).message).toContain('do not join end to end (0–3, 2–5)');
  });

  it('count as busy, not as missing, where one of them is full', () => {
    const full = shard(2, 5, { freeSessions: 0 });
    const peers = [peer('a', [shard(0, 3)], says), peer('b', [full])];
    expect(refusalOf(question({ peers })).code).toBe('over-capacity');
  });

  it('are named as missing only for layers that no peer hosts', () => {
    const peers = [peer('a', [shard(0, 2)], says), peer('b', [shard(1, 3)], says)];
    expect(refusalOf(question({ peers })).message).toContain('hosts layers 4–5 of its 6');
  });

  it('take over from each other', () => {
    const peers = [
      peer('a', [shard(0, 2)], says),
      peer('b', [shard(3, 5)], says),
      peer('whole', [shard(0, 5, { tokensPerSecond: 1 })], says),
      peer('late', [shard(3, 5)], { ...says, latencyMs: 90 }),
      peer('early', [shard(0, 3)], { ...says, latencyMs: 90 }),
    ];
    const asked = question({ peers });
    const route = planRoute(asked);
    expect(namesOf(route)).toBe('a:0-2 b:3-5');
    expect(planSpares(asked, route).map((spares) => spares.map(namesOf))).toEqual([
      ['early:0-2', 'whole:0-2'],
      ['late:3-5'],
    ]);
  });

  it('appear in the view with the layers that are used, and their speed', () => {
    const peers = [
      peer('a', [shard(0, 3, { tokensPerSecond: 50 })], says),
      peer('b', [shard(2, 5)]),
    ];
    expect(viewRoute(question({ peers })).stages).toMatchObject([
      { peer: 'a', firstLayer: 0, lastLayer: 1, tokensPerSecond: 100, maxSessions: 4 },
      { peer: 'b', firstLayer: 2, lastLayer: 5, tokensPerSecond: 100 },
    ]);
  });
});

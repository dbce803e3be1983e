import { describe, expect, it } from 'vitest';
import { namesOf, peer, question, shard } from '../../../test/support/sessions/route-questions.ts';
import { routeRulesSchema } from '../../../src-shared/route-rules.ts';
import { planRoute } from './plan-route.ts';
import { planSpares } from './plan-spares.ts';
import type { RouteQuestion } from './route-question.ts';

function spares(more: Partial<RouteQuestion>, most?: number): string[][] {
  const asked = question(more);
  return planSpares(asked, planRoute(asked), most).map((list) => list.map(namesOf));
}

const left = peer('left', [shard(0, 2)]);
const right = peer('right', [shard(3, 5)]);

describe('the spares of a route', () => {
  it('cover the same layers, the cheapest first, by single peers or chains', () => {
    const peers = [
      left,
      right,
      peer('slow', [shard(3, 5, { tokensPerSecond: 10 })]),
      peer('near', [shard(3, 5)], { latencyMs: 20 }),
      peer('a', [shard(3, 3)]),
      peer('b', [shard(4, 5)]),
    ];
    expect(spares({ peers }, 4)).toEqual([[], ['near:3-5', 'a:3-3 b:4-5', 'slow:3-5']]);
    expect(spares({ peers }, 1)).toEqual([[], ['near:3-5']]);
  });

  it('may be this machine or another stage’s peer, but never the stage’s own', () => {
    const both = peer('left', [shard(0, 2), shard(3, 5, { tokensPerSecond: 1 })]);
    expect(spares({ peers: [both, right], ownShards: [shard(0, 2)] })).toEqual([
      ['left:0-2'],
      ['left:3-5'],
    ]);
  });

  it('have room for the whole session', () => {
    const full = peer('full', [shard(3, 5, { freeSessions: 0 })], { latencyMs: 11 });
    const short = peer('short', [shard(3, 5, { contextLength: 128 })], { latencyMs: 11 });
    expect(spares({ peers: [left, right, full, short] })).toEqual([[], []]);
  });

  it('satisfy the rules together with the stages that stay', () => {
    const rules = routeRulesSchema.parse({ leastOperators: 2, regions: ['DE'] });
    const german = { says: { region: 'DE' } };
    const peers = [
      peer('left', [shard(0, 2), shard(3, 5)], german),
      peer('right', [shard(3, 5)], { ...german, latencyMs: 1 }),
      peer('other', [shard(3, 5)], { ...german, latencyMs: 90 }),
      peer('abroad', [shard(0, 2), shard(3, 5)]),
    ];
    expect(spares({ peers, rules })).toEqual([[], ['other:3-5']]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  namesOf,
  peer,
  question,
  refusalOf,
  shard,
} from '../../../test/support/sessions/route-questions.ts';
import { type RouteRules, routeRulesSchema } from '../../../src-shared/route-rules.ts';
import { planRoute } from './plan-route.ts';
import type { RouteQuestion } from './route-question.ts';

type Case = [string, Partial<RouteRules>, Partial<RouteQuestion>, string];

const whole = (name: string, region = '', price = 0): ReturnType<typeof peer> =>
  peer(name, [shard(0, 5)], { says: { region, price } });
const left = peer('left', [shard(0, 2)]);
const right = peer('right', [shard(3, 5)]);

function asked(rules: Partial<RouteRules>, more: Partial<RouteQuestion>): RouteQuestion {
  return question({ ...more, rules: routeRulesSchema.parse(rules) });
}

describe('the rules of a request', () => {
  it.each<Case>([
    [
      'keep it in the pool',
      { poolOnly: true },
      { peers: [whole('a'), left, right], poolMembers: new Set(['left', 'right']) },
      'left:0-2 right:3-5',
    ],
    [
      'allow the owner’s machines in every pool, region and price',
      { poolOnly: true, regions: ['FR'], priceCeiling: 0 },
      { peers: [whole('a', 'FR'), whole('mine', 'DE', 7)], ownMachines: new Set(['mine']) },
      'mine:0-5',
    ],
    [
      'keep it on the owner’s machines',
      { ownMachinesOnly: true },
      {
        peers: [whole('a'), right],
        ownShards: [shard(0, 2)],
        ownMachines: new Set(['right']),
      },
      'me:0-2 right:3-5',
    ],
    [
      'keep it in a region',
      { regions: ['FR', 'CH'] },
      { peers: [whole('a', 'DE'), whole('b'), whole('c', 'CH')] },
      'c:0-5',
    ],
    [
      'take a country of the Union where the Union is allowed',
      { regions: ['EU'] },
      { peers: [whole('a', 'US'), whole('b', 'SI')] },
      'b:0-5',
    ],
    [
      'keep it below a price',
      { priceCeiling: 3 },
      { peers: [whole('a', '', 4), whole('b', '', 3)] },
      'b:0-5',
    ],
    [
      'keep the outer layers on this machine',
      { keepOuterLayersAtHome: true },
      {
        ownShards: [shard(0, 0), shard(5, 5)],
        peers: [whole('a'), peer('b', [shard(1, 4)]), peer('c', [shard(1, 5)])],
      },
      'me:0-0 b:1-4 me:5-5',
    ],
    [
      'give no operator all the layers, not even this machine',
      { leastOperators: 2 },
      { ownShards: [shard(0, 5), shard(0, 2)], peers: [whole('a'), right] },
      'me:0-2 right:3-5',
    ],
    [
      'count an operator’s machines as one',
      { leastOperators: 2 },
      {
        peers: [left, right, peer('slow', [shard(3, 5, { tokensPerSecond: 1 })])],
        operators: new Map([
          ['left', 'X'],
          ['right', 'X'],
        ]),
      },
      'left:0-2 slow:3-5',
    ],
    [
      'take more stages where separate operators need them',
      { leastOperators: 3 },
      {
        peers: [
          left,
          right,
          peer('a', [shard(3, 4), shard(5, 5)]),
          peer('b', [shard(5, 5, { tokensPerSecond: 1 })]),
        ],
      },
      'left:0-2 a:3-4 b:5-5',
    ],
  ])('%s', (_title, rules, more, expected) => {
    expect(namesOf(planRoute(asked(rules, more)))).toBe(expected);
  });
});

describe('a request that its rules leave without a route', () => {
  const three = [whole('a', 'US'), whole('b', 'JP'), whole('c')];
  it.each<Case>([
    [
      'names the regions',
      { regions: ['EU'] },
      { peers: three },
      '3 peers host it, none in the regions EU; not in the regions EU: …a, …b, …c',
    ],
    [
      'names the pool',
      { poolOnly: true },
      { peers: [whole('a')] },
      '1 peer hosts it, none in your pools',
    ],
    [
      'names the owner’s machines',
      { ownMachinesOnly: true },
      { peers: three },
      '3 peers host it, none among your own machines',
    ],
    [
      'names the price',
      { priceCeiling: 2 },
      { peers: [whole('a', '', 3)] },
      '1 peer hosts it, none for a price of 2 or less',
    ],
    [
      'names the layers that no peer hosts where the rules allow some peers',
      { regions: ['DE'] },
      { peers: [...three, peer('d', [shard(0, 2)], { says: { region: 'DE' } })] },
      '4 peers host it, 1 of them in the regions DE, but no peer of those hosts layers 3–5 of its 6',
    ],
    [
      'names the outer layers that this machine does not host',
      { keepOuterLayersAtHome: true },
      { peers: three, ownShards: [shard(0, 1)] },
      'are to stay on this machine, which does not host layer 5 of its 6',
    ],
    [
      'names both outer layers',
      { keepOuterLayersAtHome: true },
      { peers: three },
      'does not host layer 0 and 5 of its 6',
    ],
    [
      'says that there are too few operators',
      { leastOperators: 2 },
      { peers: three },
      'no chain of peers for it has 2 separate operators',
    ],
    [
      'says which machines count as one',
      { leastOperators: 2 },
      {
        ownShards: [shard(0, 2)],
        peers: [left, right],
        operators: new Map([
          ['left', 'X'],
          ['me', 'X'],
          ['right', 'X'],
        ]),
      },
      'has 2 separate operators; …left, this machine, …right count as one',
    ],
    [
      'counts this machine, which hosts all of it and is one operator',
      { leastOperators: 2, poolOnly: true },
      { ownShards: [shard(0, 5)], peers: [whole('a')] },
      'has 2 separate operators; not in your pools: …a',
    ],
    [
      'says which rule leaves out which peers',
      { poolOnly: true, priceCeiling: 2 },
      {
        peers: [...three, whole('d', '', 3), whole('e', '', 3)],
        poolMembers: new Set(['d']),
      },
      'not in your pools: …a, …b, …c and 1 more; not for a price of 2 or less: …d, …e',
    ],
    [
      'names the missing layers where no rule is to blame',
      { regions: ['DE'] },
      { peers: [left] },
      'no peer in reach hosts layers 3–5 of its 6',
    ],
  ])('%s', (_title, rules, more, expected) => {
    const refusal = refusalOf(asked(rules, more));
    expect(refusal.code).toBe('no-route');
    expect(refusal.message).toContain(expected);
  });

  it('is told to wait when the only peers that the rules allow are busy', () => {
    const busy = peer('b', [shard(0, 5, { freeSessions: 0 })], { says: { region: 'DE' } });
    const refusal = refusalOf(asked({ regions: ['DE'] }, { peers: [...three, busy] }));
    expect(refusal.code).toBe('over-capacity');
  });
});

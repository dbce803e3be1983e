import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allChains,
  compareChains,
  namesOf,
  operatorsOf,
  peer,
  question,
  refusalOf,
  routedModel,
  saysPrefix,
  shard,
} from '../../../test/support/sessions/route-questions.ts';
import { noRules, routeRulesSchema } from '../../../src-shared/route-rules.ts';
import { longestSequence, planRoute } from './plan-route.ts';
import { planSpares } from './plan-spares.ts';
import type { RouteQuestion } from './route-question.ts';

const layers = 5;

const anyShard = fc
  .tuple(
    fc.nat({ max: layers - 1 }),
    fc.nat({ max: layers }),
    fc.nat({ max: 2 }),
    fc.constantFrom(0, 10, 20),
    fc.constantFrom(1024, 2048, 4096),
  )
  .map(([first, length, freeSessions, tokensPerSecond, contextLength]) =>
    shard(first, first + length, {
      freeSessions,
      maxSessions: 2,
      tokensPerSecond,
      contextLength,
    }),
  );

const anyPeer = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'me'),
  shards: fc.array(anyShard, { maxLength: 4 }),
  connected: fc.boolean(),
  relayed: fc.boolean(),
  reputation: fc.constantFrom(0, 0.5, 1),
  latencyMs: fc.constantFrom(undefined, 1, 5),
  says: fc
    .record({
      region: fc.constantFrom('DE', 'FR', ''),
      price: fc.constantFrom(0, 5, 9),
      canBeCut: fc.boolean(),
    })
    .map(({ canBeCut, ...says }) => (canBeCut ? { ...says, ...saysPrefix } : says)),
});

const anyRules = fc.oneof(
  fc.constant(noRules),
  fc
    .record({
      poolOnly: fc.boolean(),
      regions: fc.constantFrom([], ['DE'], ['DE', 'FR']),
      keepOuterLayersAtHome: fc.boolean(),
      priceCeiling: fc.constantFrom(undefined, 5),
      leastOperators: fc.constantFrom(1, 2, 3, 4),
    })
    .map((rules) => routeRulesSchema.parse(rules)),
  fc.constantFrom(2, 3, 4).map((leastOperators) => routeRulesSchema.parse({ leastOperators })),
);

const anyQuestion = fc
  .record({
    // Each peer has one record, as in the record book.
    peers: fc.uniqueArray(anyPeer, { maxLength: 6, selector: ({ name }) => name }),
    ownShards: fc.array(anyShard, { maxLength: 3 }),
    rules: anyRules,
    poolMembers: fc.subarray(['a', 'b', 'c', 'd', 'e']),
    operators: fc.constantFrom([], [['a', 'X'] as const, ['b', 'X'] as const]),
  })
  .map(({ peers, ownShards, rules, poolMembers, operators }) =>
    question({
      model: { ...routedModel, layers },
      peers: peers.map(({ name, shards, ...more }) => peer(name, shards, more)),
      ownShards,
      rules,
      poolMembers: new Set(poolMembers),
      operators: new Map(operators),
    }),
  );

function enough(asked: RouteQuestion, peers: readonly string[]): boolean {
  return operatorsOf(asked, peers) >= (asked.rules?.leastOperators ?? 1);
}

describe('any mesh and any rules', () => {
  it('give a chain that the rules allow, that covers all layers exactly and is the best of all', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const chains = allChains(asked).filter(({ peers }) => enough(asked, peers));
        if (chains.length === 0) {
          expect(['no-route', 'over-capacity']).toContain(refusalOf(asked).code);
          return;
        }
        const route = planRoute(asked);
        expect(route[0]?.firstLayer).toBe(0);
        expect(route.at(-1)?.lastLayer).toBe(layers - 1);
        for (const [index, stage] of route.slice(1).entries()) {
          expect(stage.firstLayer).toBe((route[index]?.lastLayer ?? Number.NaN) + 1);
        }
        if (chains.some(({ key }) => key === 'me:0-4')) {
          expect(namesOf(route)).toBe('me:0-4');
          return;
        }
        const [best] = chains.toSorted(compareChains);
        const [chosen] = chains
          .filter((chain) => chain.key === namesOf(route))
          .toSorted(compareChains);
        expect(chosen?.isDoubtful).toBe(best?.isDoubtful);
        expect(chosen?.costMs).toBeCloseTo(best?.costMs ?? Infinity, 9);
      }),
      { numRuns: 2000 },
    );
  });

  it('give a chain that is no dearer where shards may be used for their first layers', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const peers = asked.peers.map((known) => ({
          ...known,
          record: { ...known.record, speaks: undefined },
        }));
        const entire = { ...asked, peers, ownShards: [] };
        const [before] = allChains(entire)
          .filter((chain) => enough(asked, chain.peers))
          .toSorted(compareChains);
        if (before !== undefined) {
          const keys = namesOf(planRoute({ ...asked, ownShards: [] }));
          const [now] = allChains({ ...asked, ownShards: [] })
            .filter(({ key }) => key === keys)
            .toSorted(compareChains);
          expect(compareChains(now ?? before, before)).toBeLessThanOrEqual(1e-9);
          expect(now).toBeDefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('give the same chain whatever order the records come in', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const turned = { ...asked, peers: asked.peers.toReversed() };
        if (allChains(asked).some(({ peers }) => enough(asked, peers))) {
          expect(namesOf(planRoute(turned))).toBe(namesOf(planRoute(asked)));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('give a longest sequence that has a chain, while a longer one has none', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const emptied = {
          ...asked,
          ownShards: asked.ownShards.map(idle),
          peers: asked.peers.map((known) => ({
            ...known,
            record: { ...known.record, shards: known.record.shards.map(idle) },
          })),
        };
        const lengths = [1024, 2048, 4096].filter((length) =>
          allChains(longerThan(emptied, length)).some(({ peers }) => enough(asked, peers)),
        );
        expect(longestSequence(asked)).toBe(lengths.at(-1));
      }),
      { numRuns: 500 },
    );
  });

  it('give spares for every stage that satisfy the rules, share no peer and are sorted by cost', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        if (!allChains(asked).some(({ peers }) => enough(asked, peers))) {
          return;
        }
        const route = planRoute(asked);
        for (const [index, spares] of planSpares(asked, route).entries()) {
          const stage = route[index];
          if (stage === undefined) {
            throw new Error('More spares than stages');
          }
          const { firstLayer, lastLayer } = stage;
          const others = route.filter((other) => other !== stage).map((other) => other.peer);
          const around = { ...asked, excluded: new Set([stage.peer]) };
          const possible = allChains(around, firstLayer, lastLayer).filter(({ peers }) =>
            enough(asked, [...others, ...peers]),
          );
          for (const spare of spares) {
            expect(possible.map(({ key }) => key)).toContain(namesOf(spare));
          }
          const used = spares.flatMap((spare) => [...new Set(spare.map(({ peer }) => peer))]);
          expect(new Set(used).size).toBe(used.length);
          expect(spares.length > 0).toBe(possible.length > 0);
          const [best] = possible.toSorted(compareChains);
          const [first] = possible
            .filter(({ key }) => key === namesOf(spares[0] ?? []))
            .toSorted(compareChains);
          if (best !== undefined) {
            expect(first?.isDoubtful).toBe(best.isDoubtful);
            expect(first?.costMs).toBeCloseTo(best.costMs, 9);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function idle<S extends { freeSessions: number; maxSessions: number }>(one: S): S {
  return { ...one, freeSessions: one.maxSessions };
}

function longerThan(asked: RouteQuestion, length: number): RouteQuestion {
  const long = ({ contextLength }: { contextLength: number }): boolean => contextLength >= length;
  return {
    ...asked,
    ownShards: asked.ownShards.filter(long),
    peers: asked.peers.map((known) => ({
      ...known,
      record: { ...known.record, shards: known.record.shards.filter(long) },
    })),
  };
}

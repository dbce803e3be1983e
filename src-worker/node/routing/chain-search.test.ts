import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  namesOf,
  peer,
  question,
  routedModel,
  saysPrefix,
  shard,
} from '../../../test/support/sessions/route-questions.ts';
import { allLayers } from '../../../src-shared/layers.ts';
import { noRules, routeRulesSchema } from '../../../src-shared/route-rules.ts';
import { ChainSearch } from './chain-search.ts';
import { cheapestChain } from './cheapest-chain.ts';
import { collectOffers, visitShards } from './offers.ts';
import { toStage } from './plan-route.ts';

const layers = 12;

const anyPeer = fc.record({
  range: fc.tuple(fc.nat({ max: layers - 1 }), fc.nat({ max: layers - 1 })),
  tokensPerSecond: fc.constantFrom(0, 10, 50, 90),
  latencyMs: fc.constantFrom(1, 1, 5, 40),
  connected: fc.boolean(),
  reputation: fc.constantFrom(0.1, 0.9, 1, 1),
  canBeCut: fc.boolean(),
  cachedLayers: fc.constantFrom(0, 0, 0, 1, 2, 3),
});

it('a search that skips most offers finds the same chain as one over all of them', () => {
  fc.assert(
    fc.property(
      fc.array(anyPeer, { minLength: 20, maxLength: 80 }),
      fc.constantFrom(0, 2, 3),
      fc.boolean(),
      (mesh, operators, keepOuterLayersAtHome) => {
        const peers = mesh.map(({ range, tokensPerSecond, canBeCut, ...more }, index) => {
          const [first, last] = range.toSorted((a, b) => a - b);
          const one = shard(first ?? 0, last ?? 0, { tokensPerSecond });
          const says = canBeCut ? { says: saysPrefix } : {};
          return peer(`p${index}`, [one], { ...more, ...says });
        });
        const rules = keepOuterLayersAtHome
          ? routeRulesSchema.parse({ keepOuterLayersAtHome })
          : noRules;
        const asked = question({
          model: { ...routedModel, layers },
          peers,
          ownShards: keepOuterLayersAtHome ? [shard(0, 1), shard(layers - 2, layers - 1)] : [],
          operators: new Map(mesh.map((_, index) => [`p${index}`, `operator ${index % 4}`])),
          prefixHolders: mesh.flatMap(({ range, cachedLayers }, index) =>
            cachedLayers === 0
              ? []
              : [
                  {
                    peer: `p${index}`,
                    firstLayer: Math.min(...range),
                    lastLayer: Math.min(...range) + cachedLayers - 1,
                    tokens: 90,
                  },
                ],
          ),
          sequenceTokens: 100,
        });
        const demand = { ...allLayers(layers), operators };
        const search = new ChainSearch(asked, rules, demand);
        visitShards(
          asked,
          rules,
          () => true,
          (...shown) => search.add(...shown),
        );
        const all = cheapestChain(collectOffers(asked, rules), demand);
        expect(namesOf((search.chain() ?? []).map(toStage))).toBe(
          namesOf((all ?? []).map(toStage)),
        );
      },
    ),
    { numRuns: 1000 },
  );
});

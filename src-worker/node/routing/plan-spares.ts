/**
 * The peers that could take over each stage of a route when it fails. Asked ahead, so that a failure costs no planning, and
 * asked again when records change. Pure, like the planning of routes.
 */
import { noRules } from '../../../src-shared/route-rules.ts';
import { cheapestChain } from './cheapest-chain.ts';
import { collectOffers, hasRoom, type Offer } from './offers.ts';
import { toStage } from './plan-route.ts';
import type { RouteQuestion, RouteStage } from './route-question.ts';
import { containsLayers } from '../../../src-shared/layers.ts';

/** One or more stages that together compute the same layers as the stage that they replace. */
export type Spare = readonly RouteStage[];

/** Replacements that are looked for by default; each shares no peer with those before it. */
const sparesPerStage = 3;

/**
 * For each stage of the route its replacements, the best first, by the same order as routes: without distrusted peers,
 * least cost, fewest stages, lesser peer ids. None uses the stage's own peer, and no two use the same, so the next one is still good when one
 * turns out to be gone as well. The question's rules hold for the route with any one replacement in it;
 * `promptTokens` are those to be replayed. An empty list: nobody can.
 */
export function planSpares(
  question: RouteQuestion,
  route: readonly RouteStage[],
  most = sparesPerStage,
): readonly (readonly Spare[])[] {
  const rules = question.rules ?? noRules;
  const offers = collectOffers(
    question,
    rules,
    (shard) => route.some((stage) => containsLayers(stage, shard)) && hasRoom(shard, question),
  );
  const operatorOf = (peer: string): string => question.operators?.get(peer) ?? peer;
  return route.map((stage) => {
    const others = route.filter((other) => other !== stage);
    const uncounted = new Set(others.map(({ peer }) => operatorOf(peer)));
    const missing = rules.leastOperators === 1 ? 0 : rules.leastOperators - uncounted.size;
    const demand = { ...stage, operators: Math.max(0, missing), uncounted };
    const spares: Spare[] = [];
    let left = withinStage(offers, stage);
    while (spares.length < most) {
      const chain = cheapestChain(left, demand);
      if (chain === undefined) {
        break;
      }
      spares.push(chain.map(toStage));
      const used = new Set(chain.map(({ peer }) => peer));
      left = left.filter(({ peer }) => !used.has(peer));
    }
    return spares;
  });
}

function withinStage(offers: readonly Offer[], stage: RouteStage): Offer[] {
  return offers.filter(({ peer, shard }) => peer !== stage.peer && containsLayers(stage, shard));
}

/**
 * The spares that could replace each stage of a route when it fails. They are planned ahead, so that a failure costs no
 * planning, and again when records change. Pure, as planning a route is.
 */
import { noRules, type RouteRules } from '../../../src-shared/route-rules.ts';
import { ChainSearch } from './chain-search.ts';
import { hasRoom, visitShards } from './offers.ts';
import { toStage } from './plan-route.ts';
import type { RouteQuestion, RouteStage } from './route-question.ts';
import { type ShardInReach, ShardUses } from './shard-uses.ts';

/** One or more stages that together compute the same layers as the stage that they replace. */
export type Spare = readonly RouteStage[];

/** How many spares a stage gets by default; each shares no peer with those before it. */
const sparesPerStage = 3;

/**
 * The spares of each stage of the route, the best first, in the same order as routes: without distrusted peers, least cost,
 * fewest stages, smaller peer ids. No spare uses the stage's own peer, and no two use the same peer, so that when one is
 * gone as well the next one is still good. The question's rules hold for the route with any one spare in it;
 * `promptTokens` are those to be replayed. A stage without spares has an empty list.
 */
export function planSpares(
  question: RouteQuestion,
  route: readonly RouteStage[],
  most = sparesPerStage,
): readonly (readonly Spare[])[] {
  const rules = question.rules ?? noRules;
  const uses = new ShardUses(question, rules);
  const candidates = shardsWithin(question, rules, route);
  const operatorOf = (peer: string): string => question.operators?.get(peer) ?? peer;
  return route.map((stage, index) => {
    const others = route.filter((other) => other !== stage);
    const uncounted = new Set(others.map(({ peer }) => operatorOf(peer)));
    const missing = rules.leastOperators === 1 ? 0 : rules.leastOperators - uncounted.size;
    const demand = { ...stage, operators: Math.max(0, missing), uncounted };
    const spares: Spare[] = [];
    const used = new Set([stage.peer]);
    while (spares.length < most) {
      const search = new ChainSearch(question, rules, demand, { uses, excluded: used });
      for (const { host, shard, reach, isBelieved } of candidates[index] ?? []) {
        search.add(host, shard, reach, isBelieved);
      }
      const chain = search.chain();
      if (chain === undefined) {
        break;
      }
      spares.push(chain.map(toStage));
      chain.forEach(({ peer }) => used.add(peer));
    }
    return spares;
  });
}

/** For each stage, the shards with room that begin within its layers. */
function shardsWithin(
  question: RouteQuestion,
  rules: RouteRules,
  route: readonly RouteStage[],
): ShardInReach[][] {
  const candidates: ShardInReach[][] = route.map(() => []);
  const stageOf = (layer: number): number =>
    route.findIndex(({ firstLayer, lastLayer }) => firstLayer <= layer && layer <= lastLayer);
  visitShards(
    question,
    rules,
    (shard) => hasRoom(shard, question),
    (host, shard, reach, isBelieved) => {
      candidates[stageOf(shard.firstLayer)]?.push({ host, shard, reach, isBelieved });
    },
  );
  return candidates;
}

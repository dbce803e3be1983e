/**
 * Whom a request should use: a chain of hosted shards that covers a model's layers exactly. Pure and
 * deterministic, so that every choice can be replayed from the records it was made on.
 *
 * Order of preference: the model whole on this machine; then chains without distrusted peers; then the cheaper chain,
 * where a stage's cost per token is its hop, its computing, its queue and the prompt that it does not hold yet; then
 * fewer stages; then the lesser peer ids. A stage uses a shard as its peer recorded it, or the first of its layers up to
 * where another shard begins.
 */
import { AppError } from '../../../src-shared/errors.ts';
import { noRules } from '../../../src-shared/route-rules.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import { ChainSearch } from './chain-search.ts';
import { type ChainDemand, cheapestChain } from './cheapest-chain.ts';
import { explainNoRoute } from './explain-no-route.ts';
import {
  collectOffers,
  hasRoom,
  type Offer,
  type OfferVisitor,
  ShardUses,
  toOffer,
  visitShards,
} from './offers.ts';
import type { MeshQuestion, RouteQuestion, RouteStage } from './route-question.ts';
import { allLayers, beginsModel } from '../../../src-shared/layers.ts';

export type { MeshQuestion, RouteQuestion, RouteStage } from './route-question.ts';

/**
 * The chain to use, from the first layer to the last.
 * @throws AppError `over-capacity` when a chain exists but some stage of every one is full; `no-route`,
 * naming the missing layers or the rule that leaves no peer, when there is none at all.
 */
export function planRoute(question: RouteQuestion): readonly RouteStage[] {
  const route = bestChainWithRoom(question);
  if (route !== undefined) {
    return route.map(toStage);
  }
  const { model, rules = noRules } = question;
  const offers = collectOffers(question, rules);
  if (cheapestChain(offers, chainDemand(question)) !== undefined) {
    throw new AppError(
      'over-capacity',
      `Every peer that could answer with ${model.name} is busy; try again in a moment`,
    );
  }
  throw new AppError(
    'no-route',
    `${model.name} cannot answer now: ${explainNoRoute(question, offers)}`,
  );
}

/**
 * The longest sequence, in tokens, that some chain for the model can hold when nothing else runs on it;
 * undefined when there is no chain.
 */
export function longestSequence(question: MeshQuestion): number | undefined {
  const offers = collectOffers(question, question.rules ?? noRules);
  const lengths = [...new Set(offers.map(({ shard }) => shard.contextLength))].toSorted(
    (a, b) => a - b,
  );
  // A chain for a length is one for every shorter one too, so halving finds the last length that has one.
  let possible = 0;
  for (let impossible = lengths.length + 1; impossible - possible > 1;) {
    const middle = Math.floor((possible + impossible) / 2);
    const least = lengths[middle - 1] ?? 0;
    const longEnough = offers.filter(({ shard }) => shard.contextLength >= least);
    if (cheapestChain(longEnough, chainDemand(question)) === undefined) {
      impossible = middle;
    } else {
      possible = middle;
    }
  }
  return lengths[possible - 1];
}

export function toStage({ peer, layers }: Offer): RouteStage {
  return { peer, ...layers };
}

function bestChainWithRoom(question: RouteQuestion): readonly Offer[] | undefined {
  const { self, operators, rules = noRules } = question;
  const demand = chainDemand(question);
  const search = new ChainSearch(demand, operators);
  let ownWhole: Offer | undefined;
  const visit: OfferVisitor = (host, shard, lastLayer, costMs) => {
    const isWhole = beginsModel(shard) && lastLayer === demand.lastLayer;
    if (isWhole && host.peer === self && demand.operators === 0) {
      ownWhole = toOffer(host, shard, lastLayer, costMs, operators);
    } else {
      search.add(host, shard, lastLayer, costMs);
    }
  };
  const uses = new ShardUses(question, rules);
  const isWanted = (shard: RecordedShard): boolean => hasRoom(shard, question);
  visitShards(question, rules, isWanted, (host, shard, reach, isBelieved) =>
    uses.visit(host, shard, reach, isBelieved, visit),
  );
  return ownWhole === undefined ? search.chain() : [ownWhole];
}

function chainDemand({ model, rules = noRules }: MeshQuestion): ChainDemand {
  const operators = rules.leastOperators === 1 ? 0 : rules.leastOperators;
  return { ...allLayers(model.layers), operators };
}

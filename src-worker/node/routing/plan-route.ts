/**
 * The route that a request should take: a chain of hosted shards that covers a model's layers exactly. Pure and
 * deterministic, so that every choice can be reproduced from the records it was based on.
 *
 * Order of preference: the model whole on this machine; then chains without distrusted peers; then the cheaper chain,
 * where a stage's cost per token is its hop, its computing, its queue and the part of the prompt that it has not cached;
 * then fewer stages; then the smaller peer ids. A stage uses a whole shard as its peer recorded it, or its first layers up
 * to where another shard begins.
 */
import { AppError } from '../../../src-shared/errors.ts';
import { noRules } from '../../../src-shared/route-rules.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import { ChainSearch } from './chain-search.ts';
import type { ChainDemand } from './cheapest-chain.ts';
import { explainNoRoute } from './explain-no-route.ts';
import { collectOffers, hasRoom, type Offer, type OfferQuestion, visitShards } from './offers.ts';
import type { MeshQuestion, RouteQuestion, RouteStage } from './route-question.ts';
import { allLayers, isWholeModel } from '../../../src-shared/layers.ts';

export type { MeshQuestion, RouteQuestion, RouteStage } from './route-question.ts';

/**
 * The chain to use, from the first layer to the last.
 * @throws AppError `over-capacity` when a chain exists but some stage of every one is full; `no-route`,
 * naming the missing layers or the rule that leaves no peer, when there is none at all.
 */
export function planRoute(question: RouteQuestion): readonly RouteStage[] {
  const { model, self, rules = noRules } = question;
  if (isWholeHere(question)) {
    return [{ peer: self, ...allLayers(model.layers) }];
  }
  const route = bestChain(question, (shard) => hasRoom(shard, question));
  if (route !== undefined) {
    return route.map(toStage);
  }
  if (bestChain(question, () => true) !== undefined) {
    throw new AppError(
      'over-capacity',
      `Every peer that could answer with ${model.name} is busy; try again in a moment`,
    );
  }
  const offers = collectOffers(question, rules);
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
  const lengths = contextLengths(question);
  // A chain for a length is one for every shorter one too, so halving finds the last length that has one.
  let possible = 0;
  for (let impossible = lengths.length + 1; impossible - possible > 1;) {
    const middle = Math.floor((possible + impossible) / 2);
    const least = lengths[middle - 1] ?? 0;
    if (bestChain(question, ({ contextLength }) => contextLength >= least) === undefined) {
      impossible = middle;
    } else {
      possible = middle;
    }
  }
  return lengths[possible - 1];
}

/** The context lengths of all shards that may be used, in ascending order. */
function contextLengths(question: MeshQuestion): number[] {
  const lengths = new Set<number>();
  visitShards(
    question,
    question.rules ?? noRules,
    () => true,
    (_host, { contextLength }) => lengths.add(contextLength),
  );
  return [...lengths].toSorted((a, b) => a - b);
}

export function toStage({ peer, layers }: Offer): RouteStage {
  return { peer, ...layers };
}

/** Whether this machine hosts the whole model, has room, and may answer alone by the rules. */
function isWholeHere(question: RouteQuestion): boolean {
  const { model, self, ownShards, excluded } = question;
  return (
    chainDemand(question).operators === 0 &&
    !excluded.has(self) &&
    ownShards.some(
      (shard) =>
        shard.manifestId === model.manifestId &&
        isWholeModel(shard, model.layers) &&
        hasRoom(shard, question),
    )
  );
}

function bestChain(
  question: OfferQuestion,
  isWanted: (shard: RecordedShard) => boolean,
): readonly Offer[] | undefined {
  const { rules = noRules } = question;
  const search = new ChainSearch(question, rules, chainDemand(question));
  visitShards(question, rules, isWanted, (host, shard, reach, isBelieved) =>
    search.add(host, shard, reach, isBelieved),
  );
  return search.chain();
}

function chainDemand({ model, rules = noRules }: MeshQuestion): ChainDemand {
  const operators = rules.leastOperators === 1 ? 0 : rules.leastOperators;
  return { ...allLayers(model.layers), operators };
}

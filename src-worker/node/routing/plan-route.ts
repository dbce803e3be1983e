/**
 * Whom a request should use: a chain of hosted shards that covers a model's layers exactly. Pure and
 * deterministic, so that every choice can be replayed from the records it was made on.
 *
 * Order of preference: the model whole on this machine; then fewer stages; then the cheaper chain, where a
 * stage's cost per token is its hop, its computing and its queue; then the lesser peer ids.
 */
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import type { KnownPeer, RecordedShard } from '../mesh/record.ts';
import { describeGaps } from './missing-layers.ts';
import { stageCostMs } from './stage-cost.ts';

export type RouteQuestion = {
  readonly model: { readonly manifestId: string; readonly name: string; readonly layers: number };
  readonly self: string;
  readonly ownShards: readonly RecordedShard[];
  readonly peers: readonly KnownPeer[];
  /** Peers not to use, such as those that just failed. */
  readonly excluded: ReadonlySet<string>;
  /** Cache cells that every stage must have left, and those that the session may come to need. */
  readonly promptTokens: number;
  readonly maxTokens: number;
};

export type RouteStage = LayerRange & {
  readonly peer: string;
  readonly addresses: readonly string[];
};

/** What routes are judged by when nothing runs. */
export type MeshQuestion = Omit<RouteQuestion, 'promptTokens' | 'maxTokens'>;

type Offer = {
  readonly peer: string;
  readonly addresses: readonly string[];
  readonly shard: RecordedShard;
  readonly costMs: number;
};

/** The best way found from some layer to the end; the chain is linked so that sharing it costs nothing. */
type Tail = {
  readonly offer: Offer;
  readonly next: Tail | undefined;
  readonly stages: number;
  readonly costMs: number;
};

/**
 * The chain to use, from the first layer to the last.
 * @throws AppError `over-capacity` when a chain exists but some stage of every one is full; `no-route`,
 * naming the missing layers, when there is none at all.
 */
export function planRoute(question: RouteQuestion): readonly RouteStage[] {
  const { model } = question;
  const offers = collectOffers(question);
  const route = cheapestChain(
    offers.filter((offer) => hasRoom(offer.shard, question)),
    question,
  );
  if (route !== undefined) {
    return route;
  }
  if (cheapestChain(offers, question) !== undefined) {
    throw new AppError(
      'over-capacity',
      `Every peer that could answer with ${model.name} is busy; try again in a moment`,
    );
  }
  const gaps = describeGaps(
    offers.map((offer) => offer.shard),
    model.layers,
  );
  throw new AppError('no-route', `${model.name} cannot answer now: ${gaps}`);
}

/**
 * The longest sequence, in tokens, that some chain for the model can hold when nothing else runs on it;
 * undefined when there is no chain.
 */
export function longestSequence(question: MeshQuestion): number | undefined {
  const offers = collectOffers(question);
  const lengths = [...new Set(offers.map((offer) => offer.shard.contextLength))].toSorted(
    (a, b) => b - a,
  );
  return lengths.find((length) => {
    const longEnough = offers.filter((offer) => offer.shard.contextLength >= length);
    return cheapestChain(longEnough, question) !== undefined;
  });
}

/** Every shard of the model that might be asked, full or not. */
function collectOffers(question: MeshQuestion): Offer[] {
  const { model, self, excluded } = question;
  const fits = (shard: RecordedShard): boolean =>
    shard.manifestId === model.manifestId && shard.lastLayer < model.layers;
  const own = question.ownShards.filter(fits).map((shard) => ({
    peer: self,
    addresses: [],
    shard,
    costMs: stageCostMs(shard, model.layers, 'own'),
  }));
  const others = question.peers
    .filter(({ peer, record, connected }) => {
      const reachable = connected || record.addresses.length > 0;
      return peer !== self && record.state === 'serving' && reachable;
    })
    .flatMap(({ peer, record, connected, latencyMs }) =>
      record.shards.filter(fits).map((shard) => ({
        peer,
        addresses: record.addresses,
        shard,
        costMs: stageCostMs(shard, model.layers, { connected, latencyMs }),
      })),
    );
  return [...own, ...others].filter((offer) => !excluded.has(offer.peer));
}

function hasRoom(shard: RecordedShard, question: RouteQuestion): boolean {
  return (
    shard.freeSessions > 0 &&
    (shard.freeCells ?? shard.contextLength) >= question.promptTokens &&
    shard.contextLength >= question.maxTokens
  );
}

/** Dynamic programming from the last layer back: `tails[i]` is the best way to compute layers i to the end. */
function cheapestChain(
  offers: readonly Offer[],
  { model, self }: MeshQuestion,
): readonly RouteStage[] | undefined {
  const ownWhole = offers.find(
    ({ peer, shard }) =>
      peer === self && shard.firstLayer === 0 && shard.lastLayer === model.layers - 1,
  );
  if (ownWhole !== undefined) {
    return [toStage(ownWhole)];
  }
  const tails: (Tail | undefined)[] = [];
  for (const offer of offers.toSorted((a, b) => b.shard.firstLayer - a.shard.firstLayer)) {
    const { firstLayer, lastLayer } = offer.shard;
    const next = tails[lastLayer + 1];
    if (next !== undefined || lastLayer === model.layers - 1) {
      const tail: Tail = {
        offer,
        next,
        stages: 1 + (next?.stages ?? 0),
        costMs: offer.costMs + (next?.costMs ?? 0),
      };
      const known = tails[firstLayer];
      if (known === undefined || compareTails(tail, known) < 0) {
        tails[firstLayer] = tail;
      }
    }
  }
  return tails[0] === undefined ? undefined : stagesOf(tails[0]);
}

function compareTails(a: Tail, b: Tail): number {
  return a.stages - b.stages || a.costMs - b.costMs || comparePeers(a, b);
}

function comparePeers(a: Tail | undefined, b: Tail | undefined): number {
  for (let left = a, right = b; left !== undefined && right !== undefined;) {
    if (left.offer.peer !== right.offer.peer) {
      return left.offer.peer < right.offer.peer ? -1 : 1;
    }
    if (left.offer.shard.lastLayer !== right.offer.shard.lastLayer) {
      return right.offer.shard.lastLayer - left.offer.shard.lastLayer;
    }
    left = left.next;
    right = right.next;
  }
  return 0;
}

function stagesOf(tail: Tail): RouteStage[] {
  const stages: RouteStage[] = [];
  for (let current: Tail | undefined = tail; current !== undefined; current = current.next) {
    stages.push(toStage(current.offer));
  }
  return stages;
}

function toStage({ peer, addresses, shard }: Offer): RouteStage {
  return { peer, addresses, firstLayer: shard.firstLayer, lastLayer: shard.lastLayer };
}

/**
 * Finds the best chain over shards that are added one by one, of which there may be very many. The offer of all layers of a
 * shard is judged when it is added. Offers of its first layers alone are judged after all shards were added, and only for
 * shards that could be the cheapest for some part: most lose by their hop alone to another with as many layers.
 */
import type { RouteRules } from '../../../src-shared/route-rules.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import { BestOffers, type ChainDemand, chainOf } from './cheapest-chain.ts';
import { Joints } from './joints.ts';
import { type Host, type Offer, type OfferQuestion, toOffer } from './offers.ts';
import { type ShardInReach, ShardUses } from './shard-uses.ts';
import { fixedCostMs, type Reach } from './stage-cost.ts';

type Divisible = ShardInReach & {
  /** The last layer up to which the shard can be used. */
  readonly lastLayer: number;
  readonly freshMs: number;
  /** A cost below which no part of the shard falls. */
  readonly leastMs: number;
};

type ChainSearchOptions = {
  /** The costs of shards for the question and the rules; absent: they are made here. */
  readonly uses?: ShardUses;
  /** Further peers not to use, beside those that the question excludes. */
  readonly excluded?: ReadonlySet<string>;
};

const noPeers: ReadonlySet<string> = new Set();

export class ChainSearch {
  readonly #demand: ChainDemand;
  readonly #operators: OfferQuestion['operators'];
  readonly #uses: ShardUses;
  readonly #excluded: ReadonlySet<string>;
  readonly #joints: Joints;
  readonly #best: BestOffers;
  /** Shards of which a part may be used. */
  readonly #divisible: Divisible[] = [];
  readonly #distrusted: Offer[] = [];

  constructor(
    question: OfferQuestion,
    rules: RouteRules,
    demand: ChainDemand,
    { uses = new ShardUses(question, rules), excluded = noPeers }: ChainSearchOptions = {},
  ) {
    this.#demand = demand;
    this.#operators = question.operators;
    this.#uses = uses;
    this.#excluded = excluded;
    this.#joints = new Joints(question.model.layers);
    this.#best = new BestOffers(demand);
  }

  /** Adds a shard; one that begins outside the demanded layers is skipped. */
  add(host: Host, shard: RecordedShard, reach: Reach, isBelieved: boolean): void {
    const { firstLayer } = shard;
    if (firstLayer < this.#demand.firstLayer || firstLayer > this.#demand.lastLayer) {
      return;
    }
    this.#joints.note(firstLayer);
    const lastLayer = Math.min(this.#uses.lastAllowed(shard, reach), this.#demand.lastLayer);
    const mostMs = this.#best.mostMsOfParts(firstLayer, lastLayer);
    if (lastLayer < firstLayer || fixedCostMs(reach) > mostMs) {
      return;
    }
    const freshMs = this.#uses.freshMs(shard, reach, isBelieved);
    const leastMs = this.#uses.leastMs(host, shard, reach, freshMs);
    if (leastMs > mostMs || this.#excluded.has(host.peer)) {
      return;
    }
    const used = { host, shard, reach, isBelieved, lastLayer, freshMs, leastMs };
    if (lastLayer === shard.lastLayer) {
      this.#offer(used, lastLayer);
    }
    if (firstLayer < shard.lastLayer && this.#uses.canBeCut(host, reach)) {
      this.#divisible.push(used);
    }
  }

  /**
   * The best chain; called once, after all shards were added. It uses distrusted peers only where no chain without them
   * exists; undefined where there is no chain at all.
   */
  chain(): readonly Offer[] | undefined {
    // The cheapest are judged first, so that most of the others can be skipped.
    this.#divisible
      .filter((each) => this.#mayLead(each))
      .toSorted((a, b) => a.leastMs - b.leastMs)
      .forEach((each) => this.#offerParts(each));
    const chain = chainOf(this.#best, this.#demand);
    if (chain !== undefined || this.#distrusted.length === 0) {
      return chain;
    }
    this.#distrusted.forEach((offer) => this.#best.add(offer));
    return chainOf(this.#best, this.#demand);
  }

  /** Whether some part of the shard could still be among the cheapest. */
  #mayLead({ shard, lastLayer, leastMs }: Divisible): boolean {
    return leastMs <= this.#best.mostMsOfParts(shard.firstLayer, lastLayer);
  }

  #offerParts(used: Divisible): void {
    if (!this.#mayLead(used)) {
      return;
    }
    const { shard, lastLayer } = used;
    let last = this.#joints.nextEnd(shard.firstLayer, lastLayer);
    while (last <= lastLayer && last < shard.lastLayer) {
      this.#offer(used, last);
      last = this.#joints.nextEnd(last + 1, lastLayer);
    }
  }

  #offer(used: Divisible, lastLayer: number): void {
    const { host, shard, reach, freshMs } = used;
    const costMs = this.#uses.costMs(used, lastLayer, freshMs);
    if (!this.#best.wants(shard.firstLayer, lastLayer, costMs)) {
      return;
    }
    const isDivisible = this.#uses.canBeCut(host, reach) && !this.#uses.hasCached(host);
    const offer = toOffer(host, shard, lastLayer, costMs, this.#operators, isDivisible);
    if (offer.isDistrusted) {
      this.#distrusted.push(offer);
    } else {
      this.#best.add(offer);
    }
  }
}

/** The best chain of offers that are shown one by one, of which there may be very many: few of them stay in memory. */
import type { RecordedShard } from '../mesh/records/record.ts';
import { BestOffers, type ChainDemand, chainOf } from './cheapest-chain.ts';
import { type Host, type Offer, type OfferQuestion, toOffer } from './offers.ts';

export class ChainSearch {
  readonly #demand: ChainDemand;
  readonly #operators: OfferQuestion['operators'];
  readonly #best: BestOffers;
  readonly #distrusted: Offer[] = [];

  constructor(demand: ChainDemand, operators: OfferQuestion['operators']) {
    this.#demand = demand;
    this.#operators = operators;
    this.#best = new BestOffers(demand);
  }

  /** Takes note of an offer; one of layers outside those that are asked for is passed over. */
  add(host: Host, shard: RecordedShard, lastLayer: number, costMs: number): void {
    if (this.#best.wants(shard.firstLayer, lastLayer, costMs)) {
      const offer = toOffer(host, shard, lastLayer, costMs, this.#operators);
      if (offer.isDistrusted) {
        this.#distrusted.push(offer);
      } else {
        this.#best.add(offer);
      }
    }
  }

  /** Over distrusted peers only where there is none without them; undefined where there is none at all. */
  chain(): readonly Offer[] | undefined {
    const chain = chainOf(this.#best, this.#demand);
    if (chain !== undefined || this.#distrusted.length === 0) {
      return chain;
    }
    this.#distrusted.forEach((offer) => this.#best.add(offer));
    return chainOf(this.#best, this.#demand);
  }
}

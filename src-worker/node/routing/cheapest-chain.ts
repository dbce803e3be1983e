/**
 * The best chain of offers for a run of layers: least cost, then fewest stages, then the smaller peer ids. One stage more
 * costs just its hop and its overhead: a peer that claims a whole model must not win by that claim alone.
 *
 * Dynamic programming from the last layer back. Where the rules demand separate operators, one best tail for each layer is
 * not enough: the stages before it may need a worse tail over other operators. The number of tails to keep is bounded: of
 * the tails over p operators, where q more are demanded, at most (p + q choose p) can matter (representative families of
 * a uniform matroid: Bollobás 1965; Marx, "A parameterized view on matroid optimization problems", 2009). For two
 * operators these are four tails, so the search stays exact and small.
 */
import { ChainBounds } from './chain-bounds.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import type { Offer } from './offers.ts';
import { layerCount } from '../../../src-shared/layers.ts';

export type ChainDemand = LayerRange & {
  /** How many separate operators the chain must have, without the `uncounted` one; 0 or 1 demands nothing. */
  readonly operators: number;
  readonly uncounted?: ReadonlySet<string>;
};

/** The best chain found from some layer to the end, as a linked list, so that several tails can share its end. */
type Tail = {
  readonly offer: Offer;
  readonly next: Tail | undefined;
  readonly stages: number;
  readonly costMs: number;
  /** The separate operators of the tail, at most as many as are demanded. */
  readonly operators: readonly string[];
};

/**
 * The best chain of these offers. It uses distrusted peers only where no chain without them exists; undefined where no
 * chain covers the layers with enough operators.
 */
export function cheapestChain(
  offers: readonly Offer[],
  demand: ChainDemand,
): readonly Offer[] | undefined {
  const trusted = offers.filter(({ isDistrusted }) => !isDistrusted);
  const chain = bestOf(trusted, demand);
  return chain === undefined && trusted.length < offers.length ? bestOf(offers, demand) : chain;
}

function bestOf(offers: readonly Offer[], demand: ChainDemand): readonly Offer[] | undefined {
  const best = new BestOffers(demand);
  for (const offer of offers) {
    best.add(offer);
  }
  return chainOf(best, demand);
}

/** Cost limits of the search, as multiples of the cheapest chain over any operators: a low limit makes it much faster. */
const budgets = [1, 1.25, Infinity];
/** Sums of the same costs in different orders may differ by this fraction. */
const roundingError = 1e-9;

/** The best chain of the offers that `BestOffers` has kept. */
export function chainOf(best: BestOffers, demand: ChainDemand): readonly Offer[] | undefined {
  const offersFrom: (readonly Offer[])[] = [];
  for (let layer = demand.firstLayer; layer <= demand.lastLayer; layer += 1) {
    offersFrom[layer] = best.from(layer);
  }
  const bounds = new ChainBounds(offersFrom, demand);
  if (bounds.leastMs === Infinity) {
    return undefined;
  }
  for (const budget of budgets) {
    const mostMs = bounds.leastMs * budget;
    const found = tailWithin(offersFrom, demand, bounds, mostMs * (1 + roundingError));
    // The search compared all chains up to this limit, so no other is better.
    if (found !== undefined && found.costMs <= mostMs * (1 + roundingError / 2)) {
      return offersOf(found);
    }
  }
  return undefined;
}

/** The best tail over all layers, from offers that some chain within this cost may use. */
function tailWithin(
  offersFrom: readonly (readonly Offer[])[],
  demand: ChainDemand,
  bounds: ChainBounds,
  mostMs: number,
): Tail | undefined {
  const tailsFrom: (readonly Tail[] | undefined)[] = [];
  for (let layer = demand.lastLayer; layer >= demand.firstLayer; layer -= 1) {
    const tails = new TailsOfLayer(demand);
    for (const offer of offersFrom[layer] ?? []) {
      if (bounds.leastMsWith(offer) > mostMs) {
        continue;
      }
      const { lastLayer } = offer.layers;
      const nexts = lastLayer === demand.lastLayer ? [undefined] : (tailsFrom[lastLayer + 1] ?? []);
      for (const next of nexts) {
        tails.add(offer, next);
      }
    }
    tailsFrom[layer] = tails.cheapest();
  }
  return tailsFrom[demand.firstLayer]?.find((tail) => tail.operators.length === demand.operators);
}

/** The offers that begin with one layer. Arrays are indexed by last layer, from the first demanded layer on. */
type OffersOfLayer = {
  /** Offers by last layer; each list is sorted and has one offer for each operator. */
  readonly byLast: Map<number, Offer[]>;
  /** The cost of the dearest offer kept, once as many are kept as could matter. */
  readonly mostMs: Float64Array;
  /** The same for divisible offers up to this layer or a later one: a dearer part up to here is of no use. */
  readonly mostMsOfParts: Float64Array;
};

/**
 * Keeps, of all offers for the same layers, the cheapest of as many operators as could matter. If a chain uses any other
 * offer, one of these can take its place: it costs no more and its operator is not yet used.
 */
export class BestOffers {
  readonly #demand: ChainDemand;
  readonly #most: number;
  readonly #span: number;
  /** Offers by first layer, from the first demanded layer on. Nothing is allocated for a layer without offers. */
  readonly #byFirst: (OffersOfLayer | undefined)[] = [];

  constructor(demand: ChainDemand) {
    this.#demand = demand;
    // Offers of the uncounted operator have one place of their own, or they could push out all that count.
    this.#most = Math.max(1, demand.operators + (demand.uncounted === undefined ? 0 : 1));
    this.#span = layerCount(demand);
  }

  /**
   * Whether an offer of these demanded layers could be among the cheapest at this cost. A quick check: it may say yes for an
   * offer that `add` then drops.
   */
  wants(firstLayer: number, lastLayer: number, costMs: number): boolean {
    const start = this.#demand.firstLayer;
    return costMs <= (this.#byFirst[firstLayer - start]?.mostMs[lastLayer - start] ?? Infinity);
  }

  /**
   * A cost above which no offer is wanted that begins with `firstLayer` and ends with `lastLayer` or before: enough cheaper
   * offers are known that can be cut to the same layers.
   */
  mostMsOfParts(firstLayer: number, lastLayer: number): number {
    const start = this.#demand.firstLayer;
    return this.#byFirst[firstLayer - start]?.mostMsOfParts[lastLayer - start] ?? Infinity;
  }

  /** Adds an offer; one with layers outside the demanded ones is skipped. */
  add(offer: Offer): void {
    const { firstLayer, lastLayer } = offer.layers;
    const start = this.#demand.firstLayer;
    const first = firstLayer - start;
    if (first < 0 || first >= this.#span || lastLayer > this.#demand.lastLayer) {
      return;
    }
    const known = (this.#byFirst[first] ??= {
      byLast: new Map(),
      mostMs: new Float64Array(this.#span).fill(Infinity),
      mostMsOfParts: new Float64Array(this.#span).fill(Infinity),
    });
    const rivals: Offer[] = known.byLast.get(lastLayer) ?? [];
    if (rivals.length === 0) {
      known.byLast.set(lastLayer, rivals);
    }
    this.#compete(rivals, offer);
    const dearest = rivals[this.#most - 1];
    if (dearest !== undefined) {
      known.mostMs[lastLayer - start] = dearest.costMs;
      if (rivals.every(({ isDivisible }) => isDivisible)) {
        lowerUpTo(known.mostMsOfParts, lastLayer - start, dearest.costMs);
      }
    }
  }

  /** The offers that begin with this layer. */
  from(layer: number): readonly Offer[] {
    const known = this.#byFirst[layer - this.#demand.firstLayer];
    return known === undefined ? [] : [...known.byLast.values()].flat();
  }

  #compete(rivals: Offer[], offer: Offer): void {
    const worst = rivals[this.#most - 1];
    if (worst !== undefined && compareOffers(offer, worst) >= 0) {
      return;
    }
    if (this.#most === 1) {
      rivals[0] = offer;
      return;
    }
    const name = this.#countedName(offer);
    const same = rivals.findIndex((rival) => this.#countedName(rival) === name);
    const known = rivals[same];
    if (known !== undefined && compareOffers(offer, known) >= 0) {
      return;
    }
    if (known !== undefined) {
      rivals.splice(same, 1);
    }
    const place = rivals.findIndex((rival) => compareOffers(offer, rival) < 0);
    rivals.splice(place === -1 ? rivals.length : place, 0, offer);
    rivals.length = Math.min(rivals.length, this.#most);
  }

  /** The operator as it counts: undefined for the uncounted one. */
  #countedName({ operator }: Offer): string | undefined {
    return this.#demand.uncounted?.has(operator) === true ? undefined : operator;
  }
}

/** Lowers all values up to this place to at most `value`; the values never fall from one place to the next. */
function lowerUpTo(values: Float64Array, place: number, value: number): void {
  for (let at = place; at >= 0 && (values[at] ?? value) > value; at -= 1) {
    values[at] = value;
  }
}

/** The best tails from one layer on, by their number of operators. */
class TailsOfLayer {
  readonly #demand: ChainDemand;
  /** Of the tails without operators, and of those with enough, only the best one can be needed. */
  #bestWithNone: Tail | undefined;
  #bestWithAll: Tail | undefined;
  readonly #others: Tail[][] = [];

  constructor(demand: ChainDemand) {
    this.#demand = demand;
  }

  add(offer: Offer, next: Tail | undefined): void {
    const asked = this.#demand.operators;
    const behind = next?.operators ?? [];
    const isNew =
      behind.length < asked &&
      !behind.includes(offer.operator) &&
      this.#demand.uncounted?.has(offer.operator) !== true;
    const count = behind.length + Number(isNew);
    const stages = 1 + (next?.stages ?? 0);
    const costMs = offer.costMs + (next?.costMs ?? 0);
    const rival =
      count === asked ? this.#bestWithAll : count === 0 ? this.#bestWithNone : undefined;
    // Most tails lose here, before memory is allocated for them.
    if (rival !== undefined && (rival.costMs - costMs || rival.stages - stages) < 0) {
      return;
    }
    const operators = isNew ? [...behind, offer.operator] : behind;
    const tail: Tail = { offer, next, stages, costMs, operators };
    if (rival !== undefined && compareTails(tail, rival) >= 0) {
      return;
    }
    if (count === asked) {
      this.#bestWithAll = tail;
    } else if (count === 0) {
      this.#bestWithNone = tail;
    } else {
      (this.#others[count] ??= []).push(tail);
    }
  }

  cheapest(): readonly Tail[] {
    return [
      this.#bestWithNone,
      ...this.#others.flatMap((tails) => representatives(tails, this.#demand.operators)),
      this.#bestWithAll,
    ].filter((tail) => tail !== undefined);
  }
}

/** Of tails over equally many operators, the best ones that stages before them could need. */
function representatives(tails: readonly Tail[], asked: number): readonly Tail[] {
  const cheapest: Tail[] = [];
  const more = asked - (tails[0]?.operators.length ?? 0);
  for (;;) {
    let best: Tail | undefined;
    for (const tail of tails) {
      const isBetter = best === undefined || compareTails(tail, best) < 0;
      if (isBetter && canBeNeeded(tail.operators, cheapest, more)) {
        best = tail;
      }
    }
    if (best === undefined) {
      return cheapest;
    }
    cheapest.push(best);
  }
}

/**
 * Whether a set of `more` operators exists, none of them the tail's own, that has an operator in common with each of the
 * cheapest tails. Stages over such operators need this tail, since with the cheaper ones an operator would count twice.
 */
function canBeNeeded(own: readonly string[], cheapest: readonly Tail[], more: number): boolean {
  const [first, ...others] = cheapest;
  if (first === undefined) {
    return true;
  }
  return (
    more > 0 &&
    first.operators.some(
      (operator) =>
        !own.includes(operator) &&
        canBeNeeded(
          own,
          others.filter((tail) => !tail.operators.includes(operator)),
          more - 1,
        ),
    )
  );
}

function compareOffers(a: Offer, b: Offer): number {
  return a.costMs - b.costMs || compareIds(a.peer, b.peer);
}

function compareTails(a: Tail, b: Tail): number {
  return a.costMs - b.costMs || a.stages - b.stages || comparePeers(a, b);
}

function comparePeers(a: Tail, b: Tail): number {
  for (let left: Tail | undefined = a, right: Tail | undefined = b; left && right;) {
    const order =
      compareIds(left.offer.peer, right.offer.peer) ||
      right.offer.layers.lastLayer - left.offer.layers.lastLayer;
    if (order !== 0) {
      return order;
    }
    left = left.next;
    right = right.next;
  }
  return 0;
}

function compareIds(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function offersOf(tail: Tail): Offer[] {
  const offers: Offer[] = [];
  for (let current: Tail | undefined = tail; current !== undefined; current = current.next) {
    offers.push(current.offer);
  }
  return offers;
}

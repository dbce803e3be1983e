/**
 * The best chain of offers for a run of layers: least cost, then fewest stages, then the lesser peer ids. A stage more
 * costs its hop and its overhead, and nothing beside: a peer that claims a whole model must not win by that claim alone.
 *
 * Dynamic programming from the last layer back. Where separate operators are asked for, one best tail for
 * each layer is not enough: a worse tail over other operators may be what the stages before it need. How many
 * tails are, is known: of the tails over p operators, where q more will do, at most (p + q choose p) can ever
 * matter (representative families of a uniform matroid: Bollobás 1965; Marx, "A parameterized view on
 * matroid optimization problems", 2009). For two operators that is four tails, so the search stays exact and small.
 */
import { ChainBounds } from './chain-bounds.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import type { Offer } from './offers.ts';
import { layerCount } from '../../../src-shared/layers.ts';

export type ChainDemand = LayerRange & {
  /** Separate operators that the chain must have, `uncounted` ones aside; 0 or 1 operator is no demand. */
  readonly operators: number;
  readonly uncounted?: ReadonlySet<string>;
};

/** The best way found from some layer to the end; the chain is linked so that sharing it costs nothing. */
type Tail = {
  readonly offer: Offer;
  readonly next: Tail | undefined;
  readonly stages: number;
  readonly costMs: number;
  /** Separate operators of the tail, as far as they count: no more than are asked for. */
  readonly operators: readonly string[];
};

/**
 * The best chain of these offers, over distrusted peers only where there is none without them; undefined where none
 * covers the layers with enough operators.
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

/** How much dearer than the cheapest chain over any operators the best one is searched for, before it may cost anything. */
const budgets = [1, 1.25, Infinity];
/** Sums of the same costs in another order may differ by so much of them. */
const roundingError = 1e-9;

/** The best chain of offers that were sorted out one by one, of all peers. */
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
    // All chains for so little were compared, so none of the others is better.
    if (found !== undefined && found.costMs <= mostMs * (1 + roundingError / 2)) {
      return offersOf(found);
    }
  }
  return undefined;
}

/** The best tail over all layers, among those of offers that may be in a chain for this cost. */
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

/** The offers that begin with one layer; arrays are by last layer, from the first one that is asked for. */
type OffersOfLayer = {
  /** By last layer; each list sorted, and with one offer for each operator. */
  readonly byLast: Map<number, Offer[]>;
  /** The cost of the dearest offer that is among the cheapest, once there are as many as could matter. */
  readonly mostMs: Float64Array;
  /** The same of offers up to this layer or a later one that could be cut: no part up to here needs to cost more. */
  readonly mostMsOfParts: Float64Array;
};

/**
 * Of all offers for the same layers, the cheapest of as many operators as could matter. Where a chain uses any
 * other, one of these can take its place: it costs no more and its operator is not yet used.
 */
export class BestOffers {
  readonly #demand: ChainDemand;
  readonly #most: number;
  readonly #span: number;
  /** By first layer, from the first one that is asked for. Nothing is allocated for a layer without offers. */
  readonly #byFirst: (OffersOfLayer | undefined)[] = [];

  constructor(demand: ChainDemand) {
    this.#demand = demand;
    // Those that do not count take one place of their own, or they could push out all that do.
    this.#most = Math.max(1, demand.operators + (demand.uncounted === undefined ? 0 : 1));
    this.#span = layerCount(demand);
  }

  /**
   * Whether an offer of these layers, all of them asked for, could be among the cheapest for this cost. Quick, and true
   * now and then for nothing.
   */
  wants(firstLayer: number, lastLayer: number, costMs: number): boolean {
    const start = this.#demand.firstLayer;
    return costMs <= (this.#byFirst[firstLayer - start]?.mostMs[lastLayer - start] ?? Infinity);
  }

  /**
   * A cost above which nothing is wanted that begins with this layer and ends with that one or before: so many others are
   * known that can all be cut to the same layers, for less.
   */
  mostMsOfParts(firstLayer: number, lastLayer: number): number {
    const start = this.#demand.firstLayer;
    return this.#byFirst[firstLayer - start]?.mostMsOfParts[lastLayer - start] ?? Infinity;
  }

  /** Offers of layers outside those that are asked for are passed over. */
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

  /** Those that begin with this layer. */
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

  /** Operators that do not count are all the same. */
  #countedName({ operator }: Offer): string | undefined {
    return this.#demand.uncounted?.has(operator) === true ? undefined : operator;
  }
}

/** Lowers all values up to this place; they never fall from one place to the next. */
function lowerUpTo(values: Float64Array, place: number, value: number): void {
  for (let at = place; at >= 0 && (values[at] ?? value) > value; at -= 1) {
    values[at] = value;
  }
}

/** What is found from one layer on, by how many operators it has. */
class TailsOfLayer {
  readonly #demand: ChainDemand;
  /** Of tails without operators, and of those with enough, only the best one can be needed. */
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
    // Most tails lose here, before memory is taken for them.
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

/** Of tails over equally many operators, the best ones that any stages before them could need. */
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
 * Whether some `more` operators, none of them the tail's own, would leave each of the cheapest tails with one of its
 * operators counted twice. If so, stages over these operators need this tail.
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

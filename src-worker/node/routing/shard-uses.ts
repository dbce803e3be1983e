/**
 * The ways in which a shard can be used, and their cost: all of its layers or, if its peer supports that, its first layers
 * alone. Computing, queue and prompt of a part take less time in proportion to the layers that are left out.
 */
import { beginsModel, endsModel, isSameRange, layerCount } from '../../../src-shared/layers.ts';
import type { RouteRules } from '../../../src-shared/route-rules.ts';
import { hasFeature, layerPrefix } from '../../wire/speaks.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import type { Host, OfferQuestion } from './offers.ts';
import type { PrefixHolder } from './route-question.ts';
import { fixedCostMs, type Reach, stageCostMs, type StageLoad } from './stage-cost.ts';

/** A shard, and how its peer can be reached. */
export type ShardInReach = {
  readonly host: Host;
  readonly shard: RecordedShard;
  readonly reach: Reach;
  /** The machine is the owner's, so its claims about its speed are believed. */
  readonly isBelieved: boolean;
};

export class ShardUses {
  readonly #layers: number;
  readonly #outerAtHome: boolean;
  readonly #load: StageLoad | undefined;
  readonly #cached: ReadonlyMap<string, readonly PrefixHolder[]>;

  constructor(question: OfferQuestion, rules: RouteRules) {
    this.#layers = question.model.layers;
    this.#outerAtHome = rules.keepOuterLayersAtHome;
    this.#load = loadOf(question);
    this.#cached = Map.groupBy(question.prefixHolders ?? [], ({ peer }) => peer);
  }

  /** The last layer up to which the rules allow the shard; -1 where they do not allow it at all. */
  lastAllowed(shard: RecordedShard, reach: Reach): number {
    if (reach === 'own' || !this.#outerAtHome) {
      return shard.lastLayer;
    }
    if (beginsModel(shard)) {
      return -1;
    }
    return endsModel(shard, this.#layers) ? shard.lastLayer - 1 : shard.lastLayer;
  }

  /** Whether the shard can be used for its first layers alone. */
  canBeCut({ record }: Host, reach: Reach): boolean {
    return reach === 'own' || hasFeature(record?.speaks, layerPrefix);
  }

  /** Whether the peer has a part of the prompt cached, so that more layers may cost less than fewer. */
  hasCached({ peer }: Host): boolean {
    return this.#cached.size > 0 && this.#cached.has(peer);
  }

  /** The cost of all layers where nothing of the prompt is cached. */
  freshMs(shard: RecordedShard, reach: Reach, isBelieved: boolean): number {
    return stageCostMs(shard, this.#layers, reach, this.#load, isBelieved);
  }

  /** A cost below which no part of the shard falls, whatever is cached. `freshMs`: as the method of this name returns it. */
  leastMs(host: Host, shard: RecordedShard, reach: Reach, freshMs: number): number {
    const fixedMs = fixedCostMs(reach);
    // Rounding must not make the part dearer than the whole where both are the same single layer.
    return this.hasCached(host)
      ? fixedMs
      : Math.min(freshMs, partMs(fixedMs, freshMs, 1 / layerCount(shard)));
  }

  /** The cost of the layers up to `lastLayer`. `freshMs`: as the method of this name returns it. */
  costMs(
    { host, shard, reach, isBelieved }: ShardInReach,
    lastLayer: number,
    freshMs: number,
  ): number {
    const used = { firstLayer: shard.firstLayer, lastLayer };
    const cachedTokens = this.#cachedTokens(host, used);
    const load = this.#load;
    const allMs =
      cachedTokens === 0 || load === undefined
        ? freshMs
        : stageCostMs(shard, this.#layers, reach, { ...load, cachedTokens }, isBelieved);
    const share = layerCount(used) / layerCount(shard);
    return share === 1 ? allMs : partMs(fixedCostMs(reach), allMs, share);
  }

  /** How many tokens the peer has cached for exactly these layers. */
  #cachedTokens(host: Host, used: { firstLayer: number; lastLayer: number }): number {
    return this.hasCached(host)
      ? (this.#cached.get(host.peer)?.find((holder) => isSameRange(holder, used))?.tokens ?? 0)
      : 0;
  }
}

function partMs(fixedMs: number, allMs: number, share: number): number {
  return fixedMs + (allMs - fixedMs) * share;
}

/** The load of the answer on a stage that has nothing cached. */
function loadOf({ sequenceTokens, cells }: OfferQuestion): StageLoad | undefined {
  return sequenceTokens === undefined || cells === undefined
    ? undefined
    : { promptTokens: sequenceTokens, cachedTokens: 0, answerTokens: cells - sequenceTokens };
}

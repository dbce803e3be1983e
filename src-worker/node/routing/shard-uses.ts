/**
 * What a shard can be used for, and what that costs: all of its layers or, where its peer speaks so, the first ones
 * alone. Computing, queue and prompt of a part take less time by as many layers as are left out.
 */
import { beginsModel, endsModel, isSameRange, layerCount } from '../../../src-shared/layers.ts';
import type { RouteRules } from '../../../src-shared/route-rules.ts';
import { hasFeature, layerPrefix } from '../../wire/speaks.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import type { Host, OfferQuestion } from './offers.ts';
import type { PrefixHolder } from './route-question.ts';
import { fixedCostMs, type Reach, stageCostMs, type StageWork } from './stage-cost.ts';

/** A shard, and how its peer can be reached. */
export type ShardInReach = {
  readonly host: Host;
  readonly shard: RecordedShard;
  readonly reach: Reach;
  /** The machine is the owner's, so that its word about its speed is good. */
  readonly isBelieved: boolean;
};

export class ShardUses {
  readonly #layers: number;
  readonly #outerAtHome: boolean;
  readonly #work: StageWork | undefined;
  readonly #cached: ReadonlyMap<string, readonly PrefixHolder[]>;

  constructor(question: OfferQuestion, rules: RouteRules) {
    this.#layers = question.model.layers;
    this.#outerAtHome = rules.keepOuterLayersAtHome;
    this.#work = workOf(question);
    this.#cached = Map.groupBy(question.prefixHolders ?? [], ({ peer }) => peer);
  }

  /** The last layer up to which the rules let the shard be used; -1 where they do not at all. */
  lastAllowed(shard: RecordedShard, reach: Reach): number {
    if (reach === 'own' || !this.#outerAtHome) {
      return shard.lastLayer;
    }
    if (beginsModel(shard)) {
      return -1;
    }
    return endsModel(shard, this.#layers) ? shard.lastLayer - 1 : shard.lastLayer;
  }

  /** Whether the shard can be used for the first of its layers alone. */
  canBeCut({ record }: Host, reach: Reach): boolean {
    return reach === 'own' || hasFeature(record?.speaks, layerPrefix);
  }

  /** Whether the peer has some of the prompt in a cache, so that more layers may cost less than fewer. */
  hasCached({ peer }: Host): boolean {
    return this.#cached.size > 0 && this.#cached.has(peer);
  }

  /** The cost of all layers where nothing of the prompt is in a cache. */
  freshMs(shard: RecordedShard, reach: Reach, isBelieved: boolean): number {
    return stageCostMs(shard, this.#layers, reach, this.#work, isBelieved);
  }

  /** A cost that no part of the shard falls below, whatever is cached; `freshMs`: see there. */
  leastMs(host: Host, shard: RecordedShard, reach: Reach, freshMs: number): number {
    const fixedMs = fixedCostMs(reach);
    // Rounding must not lift the part above the whole where they are the same layer.
    return this.hasCached(host)
      ? fixedMs
      : Math.min(freshMs, partMs(fixedMs, freshMs, 1 / layerCount(shard)));
  }

  /** The cost of the layers up to `lastLayer`; `freshMs`: see there. */
  costMs(
    { host, shard, reach, isBelieved }: ShardInReach,
    lastLayer: number,
    freshMs: number,
  ): number {
    const used = { firstLayer: shard.firstLayer, lastLayer };
    const cachedTokens = this.#cachedTokens(host, used);
    const work = this.#work;
    const allMs =
      cachedTokens === 0 || work === undefined
        ? freshMs
        : stageCostMs(shard, this.#layers, reach, { ...work, cachedTokens }, isBelieved);
    const share = layerCount(used) / layerCount(shard);
    return share === 1 ? allMs : partMs(fixedCostMs(reach), allMs, share);
  }

  /** Tokens that a peer has in its cache of exactly these layers. */
  #cachedTokens(host: Host, used: { firstLayer: number; lastLayer: number }): number {
    return this.hasCached(host)
      ? (this.#cached.get(host.peer)?.find((holder) => isSameRange(holder, used))?.tokens ?? 0)
      : 0;
  }
}

function partMs(fixedMs: number, allMs: number, share: number): number {
  return fixedMs + (allMs - fixedMs) * share;
}

/** What a stage has to do for the answer, of which it has nothing yet. */
function workOf({ sequenceTokens, cells }: OfferQuestion): StageWork | undefined {
  return sequenceTokens === undefined || cells === undefined
    ? undefined
    : { promptTokens: sequenceTokens, cachedTokens: 0, answerTokens: cells - sequenceTokens };
}

/**
 * The shards that peers host and the room that they have, as far as this node knows: the real hosting first, then what it would become when
 * those whose turn is earlier have done their part.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import { hasFeature, layerPrefix } from '../../wire/speaks.ts';
import { type Coverage, coverageOf, type CoveringShard } from './coverage.ts';
import {
  type Placed,
  type PlacementModel,
  type PlacementQuestion,
  rangeBytes,
} from './placement-question.ts';
import { mostAdded, type Thickness, thicknessOf } from './worth.ts';
import { layerCount, rangeOf } from '../../../src-shared/layers.ts';

/** What follows from the shards of one model; cached until one of them changes. */
type Judged = { coverage?: Coverage<HostedShard>; thickness?: Thickness; most?: readonly number[] };

/** A whole model's speed where a shard has not served a token yet, in tokens a second. */
const assumedTokensPerSecond = 20;

export type HostedShard = CoveringShard & Placed & { readonly isPinned: boolean };

/** A node that may host more; `roomBytes` is what its shards leave of its memory. */
export type Contender = {
  readonly peer: string;
  /** Whether its shards may be used up to a layer before their last one. */
  readonly canBeCut: boolean;
  roomBytes: number;
};

export type WantedModel = PlacementModel & { readonly demand: number };

export class HostingView {
  readonly self: Contender;
  /** This node among them. */
  readonly contenders: readonly Contender[];
  readonly models: ReadonlyMap<string, PlacementModel>;
  /** Those with demand, the most wanted first. */
  readonly wanted: readonly WantedModel[];
  readonly #byModel = new Map<string, Set<HostedShard>>();
  readonly #byPeer = new Map<string, Set<HostedShard>>();
  readonly #judged = new Map<string, Judged>();

  constructor(question: PlacementQuestion) {
    const { own, peers, demand } = question;
    this.models = new Map(question.models.map((model) => [model.manifestId, model]));
    this.wanted = question.models
      .map((model) => ({ ...model, demand: demand.get(model.manifestId) ?? 0 }))
      .filter((model) => model.demand > 0)
      .toSorted((a, b) => b.demand - a.demand || (a.manifestId < b.manifestId ? -1 : 1));
    this.self = { peer: own.peer, canBeCut: true, roomBytes: own.memoryBytes };
    const others: Contender[] = [];
    for (const { peer, record } of peers) {
      // Layers of a peer that is about to go are to be hosted elsewhere already.
      if (peer === own.peer || record.state !== 'serving') {
        continue;
      }
      const canBeCut = hasFeature(record.speaks, layerPrefix);
      const contender = { peer, canBeCut, roomBytes: record.memoryBytes ?? 0 };
      for (const shard of record.shards) {
        const speed = shard.tokensPerSecond || this.#assumedSpeed(shard);
        this.add(contender, shard, { tokensPerSecond: speed });
      }
      for (const shard of record.planned ?? []) {
        this.add(contender, shard, {
          tokensPerSecond: this.#assumedSpeed(shard),
          isServing: false,
        });
      }
      if (record.memoryBytes !== undefined) {
        others.push(contender);
      }
    }
    this.contenders = [...others, this.self];
  }

  /** Enters a shard and takes its memory. */
  add(host: Contender, placed: Placed, more: Partial<HostedShard> = {}): HostedShard {
    const shard: HostedShard = {
      peer: host.peer,
      manifestId: placed.manifestId,
      ...rangeOf(placed),
      isServing: true,
      canBeCut: host.canBeCut,
      isPinned: false,
      tokensPerSecond: this.#assumedSpeed(placed),
      ...more,
    };
    setOf(this.#byModel, shard.manifestId).add(shard);
    setOf(this.#byPeer, shard.peer).add(shard);
    this.#judged.delete(shard.manifestId);
    host.roomBytes -= this.bytesOf(placed);
    return shard;
  }

  drop(host: Contender, shard: HostedShard): void {
    if (this.#byPeer.get(shard.peer)?.delete(shard) === true) {
      this.#byModel.get(shard.manifestId)?.delete(shard);
      this.#judged.delete(shard.manifestId);
      host.roomBytes += this.bytesOf(shard);
    }
  }

  /** Shards of models that are not known here take no memory that could be counted. */
  bytesOf(placed: Placed): number {
    const model = this.models.get(placed.manifestId);
    return model === undefined ? 0 : rangeBytes(model, placed);
  }

  hostedBy(peer: string): HostedShard[] {
    return [...(this.#byPeer.get(peer) ?? [])];
  }

  coverageOf({ manifestId, layers }: PlacementModel): Coverage<HostedShard> {
    const judged = this.#judgedOf(manifestId);
    judged.coverage ??= coverageOf([...(this.#byModel.get(manifestId) ?? [])], layers);
    return judged.coverage;
  }

  /** Whether a chain of shards that serve already is complete. */
  isServed({ manifestId, layers }: PlacementModel): boolean {
    const serving = [...(this.#byModel.get(manifestId) ?? [])].filter(({ isServing }) => isServing);
    return coverageOf(serving, layers).missing.length === 0;
  }

  thicknessOf({ manifestId, layers }: PlacementModel): Thickness {
    const judged = this.#judgedOf(manifestId);
    judged.thickness ??= thicknessOf([...(this.#byModel.get(manifestId) ?? [])], layers);
    return judged.thickness;
  }

  /** See `mostAdded`. */
  mostAdded(model: WantedModel): readonly number[] {
    const judged = this.#judgedOf(model.manifestId);
    judged.most ??= mostAdded(this.thicknessOf(model), model.demand);
    return judged.most;
  }

  /** Shards that the best chains of the wanted models are made of, and what these use of each. */
  neededShards(): ReadonlyMap<HostedShard, LayerRange> {
    return new Map(this.wanted.flatMap((model) => [...this.coverageOf(model).needed]));
  }

  isCovered(): boolean {
    return this.wanted.every((model) => this.coverageOf(model).missing.length === 0);
  }

  wantedModel(manifestId: string): WantedModel | undefined {
    return this.wanted.find((model) => model.manifestId === manifestId);
  }

  #judgedOf(manifestId: string): Judged {
    const known = this.#judged.get(manifestId);
    if (known !== undefined) {
      return known;
    }
    const judged: Judged = {};
    this.#judged.set(manifestId, judged);
    return judged;
  }

  #assumedSpeed(placed: Placed): number {
    return assumedSpeed(this.models.get(placed.manifestId)?.layers ?? 1, layerCount(placed));
  }
}

export function assumedSpeed(layers: number, hosted: number): number {
  return (assumedTokensPerSecond * layers) / hosted;
}

function setOf<T>(sets: Map<string, Set<T>>, key: string): Set<T> {
  const known = sets.get(key);
  if (known !== undefined) {
    return known;
  }
  const set = new Set<T>();
  sets.set(key, set);
  return set;
}

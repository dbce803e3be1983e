/**
 * The shards that nodes host and the room that they have, as far as this node knows: at first as it is, then as it would
 * be after the simulated turns.
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

/** Values computed from the shards of one model; cached until one of them changes. */
type Computed = {
  coverage?: Coverage<HostedShard>;
  thickness?: Thickness;
  most?: readonly number[];
};

/** The assumed speed of a whole model where a shard has not served a token yet, in tokens a second. */
const assumedTokensPerSecond = 20;

export type HostedShard = CoveringShard & Placed & { readonly isPinned: boolean };

/** A node that may host more shards; `roomBytes` is its memory without that of its shards. */
export type Contender = {
  readonly peer: string;
  /** Memory for shards, used or not. */
  readonly memoryBytes: number;
  /** Whether chains may use only the first layers of its shards. */
  readonly canBeCut: boolean;
  roomBytes: number;
};

export type WantedModel = PlacementModel & { readonly demand: number };

export class HostingView {
  readonly self: Contender;
  /** All contenders, including this node. */
  readonly contenders: readonly Contender[];
  readonly models: ReadonlyMap<string, PlacementModel>;
  /** The models with demand, in order of demand. */
  readonly wanted: readonly WantedModel[];
  readonly #byModel = new Map<string, Set<HostedShard>>();
  readonly #byPeer = new Map<string, Set<HostedShard>>();
  readonly #computed = new Map<string, Computed>();

  constructor(question: PlacementQuestion) {
    const { own, peers, demand } = question;
    this.models = new Map(question.models.map((model) => [model.manifestId, model]));
    this.wanted = question.models
      .map((model) => ({ ...model, demand: demand.get(model.manifestId) ?? 0 }))
      .filter((model) => model.demand > 0)
      .toSorted((a, b) => b.demand - a.demand || (a.manifestId < b.manifestId ? -1 : 1));
    this.self = {
      peer: own.peer,
      canBeCut: true,
      memoryBytes: own.memoryBytes,
      roomBytes: own.memoryBytes,
    };
    const others: Contender[] = [];
    for (const { peer, record } of peers) {
      // A peer that does not serve is about to leave, so its layers count as missing already.
      if (peer === own.peer || record.state !== 'serving') {
        continue;
      }
      const canBeCut = hasFeature(record.speaks, layerPrefix);
      const memoryBytes = record.memoryBytes ?? 0;
      const contender = { peer, canBeCut, memoryBytes, roomBytes: memoryBytes };
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

  /** Adds a shard and subtracts its memory from the host's room. */
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
    this.#computed.delete(shard.manifestId);
    host.roomBytes -= this.bytesOf(placed);
    return shard;
  }

  drop(host: Contender, shard: HostedShard): void {
    if (this.#byPeer.get(shard.peer)?.delete(shard) === true) {
      this.#byModel.get(shard.manifestId)?.delete(shard);
      this.#computed.delete(shard.manifestId);
      host.roomBytes += this.bytesOf(shard);
    }
  }

  /** Memory of a shard, in bytes; 0 for unknown models. */
  bytesOf(placed: Placed): number {
    const model = this.models.get(placed.manifestId);
    return model === undefined ? 0 : rangeBytes(model, placed);
  }

  hostedBy(peer: string): HostedShard[] {
    return [...(this.#byPeer.get(peer) ?? [])];
  }

  coverageOf({ manifestId, layers }: PlacementModel): Coverage<HostedShard> {
    const computed = this.#computedOf(manifestId);
    computed.coverage ??= coverageOf([...(this.#byModel.get(manifestId) ?? [])], layers);
    return computed.coverage;
  }

  /** Whether the shards that serve already make a complete chain. */
  isServed({ manifestId, layers }: PlacementModel): boolean {
    const serving = [...(this.#byModel.get(manifestId) ?? [])].filter(({ isServing }) => isServing);
    return coverageOf(serving, layers).missing.length === 0;
  }

  thicknessOf({ manifestId, layers }: PlacementModel): Thickness {
    const computed = this.#computedOf(manifestId);
    computed.thickness ??= thicknessOf([...(this.#byModel.get(manifestId) ?? [])], layers);
    return computed.thickness;
  }

  /** As `mostAdded` in worth.ts. */
  mostAdded(model: WantedModel): readonly number[] {
    const computed = this.#computedOf(model.manifestId);
    computed.most ??= mostAdded(this.thicknessOf(model), model.demand);
    return computed.most;
  }

  /** The shards of the best chains of all models with demand, and the layers that the chains use of each. */
  neededShards(): ReadonlyMap<HostedShard, LayerRange> {
    return new Map(this.wanted.flatMap((model) => [...this.coverageOf(model).needed]));
  }

  isCovered(): boolean {
    return this.wanted.every((model) => this.coverageOf(model).missing.length === 0);
  }

  wantedModel(manifestId: string): WantedModel | undefined {
    return this.wanted.find((model) => model.manifestId === manifestId);
  }

  #computedOf(manifestId: string): Computed {
    const known = this.#computed.get(manifestId);
    if (known !== undefined) {
      return known;
    }
    const computed: Computed = {};
    this.#computed.set(manifestId, computed);
    return computed;
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

/** Makes this node's question to placement: its memory, its shards, the demand, and the models that it could fetch. */
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { Hosting } from '../../../src-shared/api/node-config.ts';
import { type KnownPeer, offeredModels, type RecordedShard } from '../mesh/records/record.ts';
import type { Audience } from '../models/audience.ts';
import type { LibraryModel } from '../models/library.ts';
import { sumDemand } from '../placement/demand.ts';
import {
  type Placed,
  type PlacementModel,
  type PlacementQuestion,
  rangeBytes,
} from '../placement/placement-question.ts';
import { assumedModel, placementModel } from './placement-models.ts';
import type { ShardRoom } from '../models/shard-cache.ts';
import { isSamePart, isWholeModel } from '../../../src-shared/layers.ts';

/** Assumed bytes a second that a machine reads of its weights before it has measured that, and that it fetches without a limit. */
const assumedReadBytesPerSecond = 10e9;
const assumedDownloadBytesPerSecond = 12.5e6;

/** Tokens a second, about as fast as people read, below which a processor is too slow for a model. */
const leastTokensPerSecond = 3;
/** Tokens of smaller shards say little of how fast weights are read: most of their time goes elsewhere. */
const tellingBytes = 256e6;

export type PlacementFacts = {
  readonly self: string;
  /** Whether this node's record goes to members of its pools alone. */
  readonly isPoolOnly: boolean;
  readonly hosting: Hosting;
  /** What the disk and the owner's limit leave. */
  readonly room: ShardRoom;
  readonly contextLength: number;
  /** Whether the processor computes, for want of a graphics device. */
  readonly isOnProcessor: boolean;
  readonly library: readonly LibraryModel[];
  readonly peers: readonly KnownPeer[];
  /** Demand of this node's own users. */
  readonly ownDemand: ReadonlyMap<string, number>;
  readonly hosted: readonly Placed[];
  readonly pins: readonly Placed[];
  /** The hosted shards that serve now. */
  readonly serving: readonly RecordedShard[];
  /** Models that must not be placed here now. */
  readonly avoided: ReadonlySet<string>;
  readonly movedAt: number | undefined;
  /** Wall-clock time in milliseconds. */
  readonly now: number;
};

/** Pure but for its cache of facts from manifests, which never change. */
export class PlacementView {
  readonly #models = new Map<string, PlacementModel>();

  question(facts: PlacementFacts): PlacementQuestion {
    const { hosting, peers, ownDemand, hosted, pins, serving, avoided } = facts;
    const demand = sumDemand(
      peers.map(({ record }) => record),
      ownDemand,
    );
    const wanted = new Set([...demand.keys()].filter((id) => !avoided.has(id)));
    const models = this.#obtainable(
      facts,
      new Set([...wanted, ...hosted.map((s) => s.manifestId)]),
    );
    const chosen = facts.isOnProcessor ? models.filter(fastOnProcessor(facts, models)) : models;
    const speedOf = (shard: Placed): number =>
      serving.find((each) => isSamePart(each, shard))?.tokensPerSecond ?? 0;
    return {
      own: {
        peer: facts.self,
        memoryBytes: Math.max(0, Math.min(hosting.memoryBytes, diskBudget(facts, models))),
        shards: hosted.map((shard) => ({ ...shard, tokensPerSecond: speedOf(shard) })),
        pins,
        readBytesPerSecond: measuredRead(serving, models) ?? assumedReadBytesPerSecond,
        downloadBytesPerSecond: hosting.downloadBytesPerSecond ?? assumedDownloadBytesPerSecond,
        movedAt: facts.movedAt,
      },
      models: chosen,
      peers,
      demand: new Map([...demand].filter(([id]) => wanted.has(id))),
      now: facts.now,
    };
  }

  /**
   * Models that a peer gives, or that are here. A model here that not all readers of this node's record may have is placed only
   * if the owner hosts it already. Otherwise a peer that knows the model's id could make this node reveal that it has it, by
   * claiming demand for it.
   */
  #obtainable(
    { library, peers, contextLength, isPoolOnly, hosted }: PlacementFacts,
    ids: ReadonlySet<string>,
  ): PlacementModel[] {
    const offered = new Map<string, ModelSummary>();
    // A node that is not pool-only would reveal to all peers a model that is offered to a pool alone.
    for (const { record } of peers.filter((each) => isPoolOnly || each.record.poolOnly !== true)) {
      for (const model of offeredModels(record)) {
        if (ids.has(model.manifestId) && !offered.has(model.manifestId)) {
          offered.set(model.manifestId, model);
        }
      }
    }
    const own = new Map(library.map((model) => [model.manifestId, model]));
    return [...ids].flatMap((id) => {
      const here = own.get(id);
      const summary = offered.get(id);
      if (here === undefined) {
        return summary === undefined ? [] : assumedModel(summary, contextLength);
      }
      const isTold =
        mayBePlaced(here.audience, isPoolOnly) || hosted.some((shard) => shard.manifestId === id);
      return isTold && (here.path !== null || summary !== undefined)
        ? this.#exact(here, contextLength)
        : [];
    });
  }

  #exact({ manifestId, manifest }: LibraryModel, contextLength: number): PlacementModel {
    const known = this.#models.get(manifestId);
    const model = known ?? placementModel(manifest, manifestId, contextLength);
    this.#models.set(manifestId, model);
    return model;
  }
}

/**
 * What hosted shards may take for the disk's sake: of the owner's limit, where a whole model in its owner's file does not count,
 * and beside what is hosted no more than fits on the disk. A disk that others fill takes nothing away, or layers would be fetched
 * again whenever it has room. Memory is counted, which is more than a shard takes of the disk.
 */
function diskBudget(
  { room, hosted, library }: PlacementFacts,
  models: readonly PlacementModel[],
): number {
  const bytesOf = (shards: readonly Placed[]): number =>
    shards.reduce((sum, shard) => {
      const model = models.find(({ manifestId }) => manifestId === shard.manifestId);
      return sum + (model === undefined ? 0 : rangeBytes(model, shard));
    }, 0);
  const inPlace = hosted.filter((shard) =>
    library.some(
      ({ manifestId, path, summary }) =>
        manifestId === shard.manifestId && path !== null && isWholeModel(shard, summary.layers),
    ),
  );
  const byLimit = room.limitBytes === null ? Infinity : room.limitBytes + bytesOf(inPlace);
  return Math.min(byLimit, bytesOf(hosted) + Math.max(0, room.newBytes));
}

/** Whether placement may choose the model here, which the node's record then reveals. */
function mayBePlaced(audience: Audience, isPoolOnly: boolean): boolean {
  return audience === 'everybody' || (isPoolOnly && audience.length > 0);
}

/**
 * Whether a chain of machines like this one would answer as fast as people read. A model that is hosted here stays, or its
 * layers would be fetched again after each measurement.
 */
function fastOnProcessor(
  { serving, hosted }: PlacementFacts,
  models: readonly PlacementModel[],
): (model: PlacementModel) => boolean {
  const read = measuredRead(serving, models, tellingBytes) ?? assumedReadBytesPerSecond;
  return ({ manifestId, layers, layerBytes, lastBytes }) =>
    layers * layerBytes + lastBytes <= read / leastTokensPerSecond ||
    hosted.some((shard) => shard.manifestId === manifestId);
}

/** The machine's read speed, from its fastest shard of at least so many bytes. */
function measuredRead(
  serving: readonly RecordedShard[],
  models: readonly PlacementModel[],
  leastBytes = 0,
): number | undefined {
  const speeds = serving.flatMap((shard) => {
    const model = models.find(({ manifestId }) => manifestId === shard.manifestId);
    const bytes =
      model === undefined ? 0 : rangeBytes({ ...model, cacheBytes: 0, shardBytes: 0 }, shard);
    return bytes >= leastBytes && bytes * shard.tokensPerSecond > 0
      ? [bytes * shard.tokensPerSecond]
      : [];
  });
  return speeds.length === 0 ? undefined : Math.max(...speeds);
}

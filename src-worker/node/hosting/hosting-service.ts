/**
 * What this node hosts and the bytes for it: the owner's wishes, what placement adds, downloads, what peers may fetch,
 * and what all of them are told of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CatalogEntry, DownloadRequest } from '../../../src-shared/catalog.ts';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type {
  DownloadStatus,
  HostedShard,
  Hosting,
  NodeConfig,
} from '../../../src-shared/node-api.ts';
import type { ShardHost } from '../engines/shard-host.ts';
import type { Log } from '../log.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type KnownPeer, recordLimits, type SelfDescription } from '../mesh/record.ts';
import type { CatalogModel } from '../models/catalog.ts';
import type { LibraryModel, ModelLibrary } from '../models/library.ts';
import { demandToTell } from '../placement/demand.ts';
import type { Placed, PlacementPlan, PlacementQuestion } from '../placement/placement-question.ts';
import type { PeerFault } from '../routing/standing-book.ts';
import { CatalogModels } from './catalog-models.ts';
import { DemandMeter } from './demand-meter.ts';
import { HostedWishes } from './hosted-wishes.ts';
import { ModelBytes } from './model-bytes.ts';
import { readPlaced, writePlaced } from './placed-file.ts';
import { PlacementView } from './placement-view.ts';
import { Placer } from './placer.ts';

export type HostingServiceParts = {
  readonly config: NodeConfig;
  readonly library: ModelLibrary;
  readonly mesh: Mesh;
  readonly shards: ShardHost;
  readonly catalog: readonly CatalogModel[];
  readonly peers: () => readonly KnownPeer[];
  readonly onPeerFault: (peer: string, fault: PeerFault) => void;
  readonly onChange: () => void;
  readonly logOf: (source: string) => Log;
};

/** News of peers come in crowds; after the first, this long is waited for the others, in milliseconds. */
const lookAfterMs = 250;
/** A placed shard that failed so often in a row makes room for something else, for so long. */
const failuresInARow = 3;
const avoidMs = 10 * 60_000;

export class HostingService {
  readonly #parts: HostingServiceParts;
  readonly #log: Log;
  readonly #bytes: ModelBytes;
  readonly #catalog: CatalogModels;
  readonly #wishes: HostedWishes;
  readonly #demand = new DemandMeter(() => performance.now());
  readonly #view = new PlacementView();
  readonly #placer: Placer;
  readonly #stopping = new AbortController();
  /** Downloads that were asked for, by model. */
  readonly #requested = new Map<string, AbortController>();
  /** Model → until when it is not placed here. */
  readonly #avoided = new Map<string, number>();
  #hosting: Hosting;
  #looking: NodeJS.Timeout | undefined;
  /** One after the other, so that the newest is what stays. */
  #written: Promise<void> = Promise.resolve();

  constructor(parts: HostingServiceParts) {
    const { config, library, mesh, shards, logOf } = parts;
    this.#parts = parts;
    this.#log = logOf('models');
    this.#hosting = config.hosting;
    this.#bytes = new ModelBytes({
      opener: mesh,
      library,
      knownPeers: parts.peers,
      addressesOf: (manifestId) => this.#catalog.addressesOf(manifestId),
      limits: config.hosting,
      mayServe: () => shards.state === 'serving',
      onPeerFault: parts.onPeerFault,
      onChange: parts.onChange,
      log: this.#log,
    });
    this.#catalog = new CatalogModels({ models: parts.catalog, library, bytes: this.#bytes });
    this.#wishes = new HostedWishes({
      library,
      host: (wishes) => shards.setWishes(wishes),
      knownByPeers: (name) => this.#knownByPeers(name),
      add: (manifestId, signal) => this.#bytes.downloads.add(manifestId, signal),
      now: () => performance.now(),
      log: this.#log,
    });
    this.#placer = new Placer({
      everyMs: () => this.#hosting.lookEveryMs,
      question: (movedAt) => this.#question(movedAt),
      carryOut: (plan) => this.#carryOut(plan),
      log: this.#log,
    });
    mesh.onChange(() => this.#lookSoon());
  }

  async start(): Promise<void> {
    const { config } = this.#parts;
    await this.#bytes.start();
    this.#wishes.setFirst(config.shards);
    if (this.#hosting.mode === 'automatic') {
      this.#wishes.place(await readPlaced(config.dataFolder));
    }
    this.#placer.start();
  }

  /** @throws AppError as HostedWishes.set */
  setShards(wishes: readonly HostedShard[]): void {
    this.#wishes.set(wishes);
  }

  setHosting(hosting: Hosting): void {
    this.#hosting = hosting;
    this.#bytes.limit(hosting);
    if (hosting.mode === 'chosen') {
      this.#place([]);
    }
    this.#placer.start();
    this.#parts.mesh.publish();
  }

  /** The state of this node's work has changed. */
  workChanged(): void {
    if (this.#parts.shards.state === 'paused') {
      this.#bytes.interrupt();
    }
  }

  /** This node's own user wanted so many tokens of a model. */
  wanted(manifestId: string, tokens: number): void {
    if (this.#demand.add(manifestId, tokens)) {
      this.#parts.mesh.publish();
    }
  }

  /** What is told of this beside state and shards. */
  describe(): Partial<SelfDescription> {
    const { mode, memoryBytes, price, region } = this.#hosting;
    const demand = demandToTell(this.#demand.perSecond());
    const planned = this.#planned().slice(0, recordLimits.planned);
    return {
      ...(mode === 'automatic' ? { memoryBytes } : {}),
      ...(price === 0 ? {} : { price }),
      ...(region === '' ? {} : { region }),
      ...(Object.keys(demand).length === 0 ? {} : { demand }),
      ...(planned.length === 0 ? {} : { planned }),
    };
  }

  downloads(): DownloadStatus[] {
    return this.#bytes.statuses();
  }

  catalog(): CatalogEntry[] {
    return this.#catalog.entries();
  }

  /**
   * Gets a model's file from the web, or layers of a model from peers.
   * @throws AppError `model-not-found`, `request-invalid` for layers of a model that only the catalog has; as
   * CatalogModels.download, ModelDownloads.add and ModelLibrary.shardPath
   */
  async download({ model: name, layers }: DownloadRequest): Promise<LibraryModel> {
    const listed = this.#catalog.find(name);
    const summary = this.#knownByPeers(listed?.manifestId ?? name);
    if (summary === undefined && listed !== undefined) {
      if (layers !== undefined) {
        throw new AppError(
          'request-invalid',
          `No peer in reach has ${listed.name}, so single layers of it cannot be checked. Download the whole model.`,
        );
      }
      const model = await this.#catalog.download(listed);
      this.#wishes.look();
      return model;
    }
    const { library } = this.#parts;
    const manifestId = summary?.manifestId ?? library.find(name).manifestId;
    return await this.#downloadFromPeers(manifestId, layers);
  }

  /**
   * Ends a download that was asked for. What there is of a file is deleted; of layers it is kept until room is needed.
   * @throws AppError `model-not-found` when there is none
   */
  async cancelDownload(name: string): Promise<void> {
    const listed = this.#catalog.find(name);
    const isListed = listed !== undefined && (await this.#catalog.cancel(listed));
    const meant = this.#parts.library
      .list()
      .filter(({ manifestId, summary }) => [manifestId, summary.name].includes(name));
    const requested = meant.flatMap(({ manifestId }) => this.#requested.get(manifestId) ?? []);
    for (const controller of requested) {
      controller.abort(new AppError('cancelled', `The download of ${name} was cancelled.`));
    }
    if (!isListed && requested.length === 0) {
      throw new AppError('model-not-found', `No download of "${name}" is under way.`);
    }
  }

  /** An import may have brought what was wished for. */
  libraryChanged(): void {
    this.#wishes.look();
  }

  /** The owner does not want the model here: what placement put here goes. Whether nothing of it is hosted now. */
  release(manifestId: string): boolean {
    if (this.#wishes.pins().some((pin) => pin.manifestId === manifestId)) {
      return false;
    }
    this.#avoid(manifestId);
    return true;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#looking);
    this.#stopping.abort(new AppError('cancelled', 'The node stops.'));
    this.#placer.stop();
    this.#wishes.stop();
    this.#bytes.interrupt();
    await Promise.all([this.#catalog.stop(), this.#written]);
  }

  async #downloadFromPeers(
    manifestId: string,
    layers: DownloadRequest['layers'],
  ): Promise<LibraryModel> {
    const { library } = this.#parts;
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, this.#stopping.signal]);
    this.#requested.set(manifestId, controller);
    try {
      const model = await this.#bytes.downloads.add(manifestId, signal);
      const range = layers ?? { firstLayer: 0, lastLayer: model.summary.layers - 1 };
      await library.shardPath(manifestId, range, signal);
      this.#wishes.look();
      return model;
    } finally {
      if (this.#requested.get(manifestId) === controller) {
        this.#requested.delete(manifestId);
      }
    }
  }

  #lookSoon(): void {
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined;
      this.#wishes.look();
    }, lookAfterMs).unref();
  }

  #knownByPeers(name: string): ModelSummary | undefined {
    const found = new Map<string, ModelSummary>();
    for (const { record } of this.#parts.peers()) {
      for (const model of record.models) {
        if (model.manifestId === name) {
          return model;
        }
        if (model.name === name) {
          found.set(model.manifestId, model);
        }
      }
    }
    // Two models of one name are told apart by their ids alone.
    return found.size === 1 ? [...found.values()][0] : undefined;
  }

  #question(movedAt: number | undefined): PlacementQuestion | undefined {
    const { config, library, mesh, shards, peers } = this.#parts;
    if (this.#hosting.mode !== 'automatic' || shards.state !== 'serving') {
      return undefined;
    }
    this.#avoidWhatFails();
    return this.#view.question({
      self: mesh.peer,
      hosting: this.#hosting,
      contextLength: config.engine.contextLength,
      library: library.list(),
      peers: peers(),
      ownDemand: this.#demand.perSecond(),
      hosted: this.#wishes.hosted,
      pins: this.#wishes.pins(),
      serving: shards.records(),
      avoided: new Set(this.#avoided.keys()),
      movedAt,
      now: Date.now(),
    });
  }

  #carryOut({ shards, dropped }: PlacementPlan): void {
    const pins = this.#wishes.pins();
    this.#place(shards.filter((shard) => !pins.some((pin) => isSame(pin, shard))));
    for (const { manifestId, ...range } of dropped) {
      // A file that cannot be deleted yet goes when room is needed.
      this.#parts.library.removeShard(manifestId, range).catch(() => undefined);
    }
  }

  #place(placed: readonly Placed[]): void {
    const { config, mesh } = this.#parts;
    if (isDeepStrictEqual(placed, this.#wishes.placed)) {
      return;
    }
    this.#wishes.place(placed);
    mesh.publish();
    this.#written = this.#written
      .then(() => writePlaced(config.dataFolder, placed))
      .catch((error: unknown) => {
        this.#log('warn', `What is hosted could not be written down: ${toAppError(error).message}`);
      });
  }

  #avoidWhatFails(): void {
    const now = performance.now();
    for (const [manifestId, until] of this.#avoided) {
      if (until <= now) {
        this.#avoided.delete(manifestId);
      }
    }
    for (const { manifestId, failure } of this.#parts.shards.statuses()) {
      if ((failure?.inARow ?? 0) >= failuresInARow) {
        this.#avoid(manifestId);
      }
    }
  }

  #avoid(manifestId: string): void {
    const kept = this.#wishes.placed.filter((placed) => placed.manifestId !== manifestId);
    if (kept.length < this.#wishes.placed.length) {
      this.#avoided.set(manifestId, performance.now() + avoidMs);
      this.#place(kept);
    }
  }

  /** What is being fetched or loaded: others count on it. */
  #planned(): Placed[] {
    const { shards } = this.#parts;
    const serving = shards.records();
    return shards.state === 'serving'
      ? this.#wishes.hosted.filter((hosted) => !serving.some((each) => isSame(each, hosted)))
      : [];
  }
}

function isSame(one: Placed, other: Placed): boolean {
  return (
    one.manifestId === other.manifestId &&
    one.firstLayer === other.firstLayer &&
    one.lastLayer === other.lastLayer
  );
}

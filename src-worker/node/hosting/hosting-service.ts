/**
 * Connects the parts of hosting: the owner's settings, placement, downloads, uploads to peers, and their share of the node's
 * record.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CatalogEntry, DownloadRequest } from '../../../src-shared/catalog.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import { modelsNamed } from '../../../src-shared/model-names.ts';
import type { HostedShard, NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { DownloadStatus } from '../../../src-shared/api/node-status.ts';
import type { RouteRules } from '../../../src-shared/route-rules.ts';
import type { ShardHost } from '../engines/shard-host.ts';
import type { Log } from '../base/log.ts';
import type { HeaderStore } from '../headers/header-store.ts';
import type { PoolMesh } from '../pools/pool-mesh.ts';
import {
  type KnownPeer,
  offeredModels,
  recordLimits,
  type SelfDescription,
} from '../mesh/records/record.ts';
import { type CatalogModel, listedModels } from './catalog.ts';
import type { LibraryModel, ModelLibrary } from '../models/library.ts';
import type { Placed } from '../placement/placement-question.ts';
import type { Report } from '../trust/evidence.ts';
import { AutomaticHosting } from './automatic-hosting.ts';
import { CatalogModels } from './catalog-models.ts';
import { DemandMeter } from './demand-meter.ts';
import { StoredModels } from './stored-models.ts';
import { DesiredShards } from './desired-shards.ts';
import { ModelBytes } from './model-bytes.ts';
import { RequestedDownloads } from './requested-downloads.ts';
import { SharedModels } from './shared-models.ts';
import { PublishedDemand } from './published-demand.ts';
import { isSamePart } from '../../../src-shared/layers.ts';

export type HostingServiceOptions = {
  readonly config: NodeConfig;
  readonly library: ModelLibrary;
  readonly mesh: PoolMesh;
  readonly headers: HeaderStore;
  readonly shards: ShardHost;
  readonly catalog: readonly CatalogModel[];
  readonly peers: () => readonly KnownPeer[];
  readonly onEvidence: (report: Report) => void;
  readonly onChange: () => void;
  readonly log: Log;
};

/** How long changes of peers are collected before they are handled, in milliseconds, since many come at once. */
const lookAfterMs = 250;

export class HostingService {
  readonly #options: HostingServiceOptions;
  readonly #log: Log;
  readonly #bytes: ModelBytes;
  readonly #catalog: CatalogModels;
  readonly #desired: DesiredShards;
  readonly #downloads: RequestedDownloads;
  readonly #stored: StoredModels;
  readonly #automatic: AutomaticHosting;
  readonly #shared: SharedModels;
  readonly #demand = new DemandMeter(() => performance.now());
  readonly #publishedDemand: PublishedDemand;
  #config: NodeConfig;
  #looking: NodeJS.Timeout | undefined;

  constructor(options: HostingServiceOptions) {
    const { config, library, mesh, shards, log } = options;
    this.#options = options;
    this.#log = log;
    this.#config = config;
    this.#shared = new SharedModels({
      audienceOf: (manifestId) => library.audienceOf(manifestId),
      isHosted: (manifestId) =>
        this.#desired.hosted.some((shard) => shard.manifestId === manifestId),
      isServing: () => shards.state === 'serving',
      peers: options.peers,
      poolsOf: (peer) => mesh.pools.sharedWith(peer),
      readers: () => (this.#config.poolOnly ? mesh.pools.active() : undefined),
      listed: new Set(options.catalog.flatMap(({ manifestId }) => manifestId ?? [])),
    });
    this.#publishedDemand = new PublishedDemand({
      look: () => this.#knownDemand(),
      everyMs: () => this.#config.hosting.demandEveryMs,
      now: () => performance.now(),
    });
    this.#bytes = new ModelBytes({
      opener: mesh,
      library,
      headers: options.headers,
      knownPeers: options.peers,
      addressesOf: (manifestId) => this.#catalog.addressesOf(manifestId),
      limits: config.hosting,
      mayServe: () => shards.state === 'serving',
      mayHave: (peer, manifestId) => this.mayHave(peer, manifestId),
      audienceFrom: (manifestId, giver) => this.#shared.audienceFrom(manifestId, giver),
      onEvidence: options.onEvidence,
      onChange: options.onChange,
      log: this.#log,
    });
    this.#catalog = new CatalogModels({
      models: () => listedModels(options.catalog, mesh.pools.offered()),
      library,
      bytes: this.#bytes,
    });
    this.#desired = new DesiredShards({
      library,
      host: (desired) => shards.setDesired(desired),
      knownByPeers: (name) => this.#knownByPeers(name),
      add: (manifestId, signal) => this.#bytes.downloads.add(manifestId, signal),
      now: () => performance.now(),
      log: this.#log,
    });
    this.#downloads = new RequestedDownloads({
      library,
      catalog: this.#catalog,
      knownByPeers: (name) => this.#knownByPeers(name),
      add: (manifestId, signal) => this.#bytes.downloads.add(manifestId, signal),
    });
    this.#stored = new StoredModels({
      scan: () => library.stored(),
      onChange: () => mesh.publish(),
      now: () => performance.now(),
    });
    this.#automatic = new AutomaticHosting({
      config: () => this.#config,
      self: mesh.peer,
      library,
      shards,
      desired: this.#desired,
      peers: options.peers,
      ownDemand: () => this.#knownDemand(),
      onPlaced: () => mesh.publish(),
      log: this.#log,
    });
    mesh.onChange(() => this.#reconcileSoon());
  }

  async start(shards: readonly HostedShard[]): Promise<void> {
    await this.#bytes.start();
    this.#desired.setFirst(shards);
    await this.#automatic.start();
  }

  /** @throws AppError as DesiredShards.set */
  setShards(desired: readonly HostedShard[]): void {
    this.#desired.set(desired);
  }

  /** Applies new limits and a new hosting mode at once. */
  configure(config: NodeConfig): void {
    const isOther = !isDeepStrictEqual(config.hosting, this.#config.hosting);
    this.#config = config;
    if (isOther) {
      this.#bytes.limit(config.hosting);
      this.#automatic.limitsChanged();
      this.#options.mesh.publish();
    }
  }

  /** Called when the node's state (serving, draining, paused) has changed. */
  stateChanged(): void {
    if (this.#options.shards.state === 'paused') {
      this.#bytes.interrupt();
    }
  }

  /** Whether a peer may have the model's manifest, header and bytes now. */
  mayHave(peer: string, manifestId: string): boolean {
    return this.#shared.mayHave(peer, manifestId);
  }

  /**
   * Counts tokens of a model that this node's own user asked for. Questions to the owner's machines or pools alone are not
   * counted, so that they do not show in the node's public record.
   */
  wanted(manifestId: string, tokens: number, { ownMachinesOnly, poolOnly }: RouteRules): void {
    if (!ownMachinesOnly && !poolOnly) {
      this.#demand.add(manifestId, tokens);
    }
  }

  /** The members of the node's record about hosting, beside state and shards. */
  describe(): Partial<SelfDescription> {
    const { mode, memoryBytes, price, region } = this.#config.hosting;
    const demand = this.#publishedDemand.tell();
    const planned = this.#planned().slice(0, recordLimits.planned);
    const { shards } = this.#options;
    const stores =
      shards.state === 'serving'
        ? this.#shared.toName(this.#stored.beside(shards.models())).slice(0, recordLimits.stores)
        : [];
    return {
      ...(mode === 'automatic' ? { memoryBytes } : {}),
      ...(price === 0 ? {} : { price }),
      ...(region === '' ? {} : { region }),
      ...(Object.keys(demand).length === 0 ? {} : { demand }),
      ...(planned.length === 0 ? {} : { planned }),
      ...(stores.length === 0 ? {} : { stores }),
    };
  }

  downloads(): DownloadStatus[] {
    return this.#bytes.statuses();
  }

  catalog(): CatalogEntry[] {
    return this.#catalog.entries();
  }

  /** @throws AppError as RequestedDownloads.get */
  async download(request: DownloadRequest): Promise<LibraryModel> {
    const model = await this.#downloads.get(request);
    this.libraryChanged();
    return model;
  }

  /** @throws AppError `model-not-found` when there is no such download */
  async cancelDownload(name: string): Promise<void> {
    await this.#downloads.cancel(name);
  }

  /** Called when the library has changed: a desired model may have come, or a shared one may be gone. */
  libraryChanged(): void {
    this.#desired.reconcile();
    void this.#stored.refresh();
  }

  /** Drops the model's placed shards, since the owner removes it. Returns whether nothing of the model is hosted now. */
  release(manifestId: string): boolean {
    if (this.#desired.pins().some((pin) => pin.manifestId === manifestId)) {
      return false;
    }
    this.#automatic.avoid(manifestId);
    return true;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#looking);
    this.#desired.stop();
    await Promise.all([this.#bytes.stop(), this.#downloads.stop(), this.#automatic.stop()]);
  }

  #reconcileSoon(): void {
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined;
      this.#desired.reconcile();
    }, lookAfterMs).unref();
  }

  #knownDemand(): ReadonlyMap<string, number> {
    return this.#shared.known(this.#demand.perSecond());
  }

  /** Finds a model of peers; if two have the same name, only an id finds one of them. */
  #knownByPeers(name: string): ModelSummary | undefined {
    const offered = this.#options.peers().flatMap(({ record }) => offeredModels(record));
    const [model, ...others] = modelsNamed(
      name,
      offered.map((summary) => ({ ...summary, alias: null })),
    );
    const isUnique = others.every(({ manifestId }) => manifestId === model?.manifestId);
    return isUnique
      ? offered.find(({ manifestId }) => manifestId === model?.manifestId)
      : undefined;
  }

  /** The shards that are being fetched or loaded, on which placement of other nodes counts. */
  #planned(): Placed[] {
    const { shards } = this.#options;
    const serving = shards.records();
    return shards.state === 'serving'
      ? this.#desired.intended().filter((each) => !serving.some((shard) => isSamePart(shard, each)))
      : [];
  }
}

/**
 * All models that the node knows, those of its own library and those of peers: the owner's actions on them, their status,
 * and the models that a question may name.
 */
import type { DownloadRequest } from '../../src-shared/catalog.ts';
import type { ModelSummary } from '../../src-shared/model.ts';
import type { ImportedModel, ModelEntry } from '../../src-shared/api/models.ts';
import type { PoolParams, PoolResult } from '../../src-shared/api/pools.ts';
import type { ShardHost } from './engines/shard-host.ts';
import type { HostingService } from './hosting/hosting-service.ts';
import type { KnownPeer } from './mesh/records/record.ts';
import { withoutPool, withPool } from './models/audience.ts';
import type { LibraryModel, ModelLibrary } from './models/library.ts';
import { poolModelOf } from './hosting/offered-model.ts';
import type { ImportListener, OwnModels } from './hosting/own-models.ts';
import { chatModels, modelEntries, ownEntry } from './model-entries.ts';
import type { PoolService } from './pools/pool-service.ts';
import type { ChatModel } from './text/find-model.ts';

export type NodeModelsOptions = {
  readonly library: ModelLibrary;
  readonly own: OwnModels;
  readonly shards: ShardHost;
  readonly hosting: HostingService;
  readonly pools: PoolService;
  readonly peers: () => readonly KnownPeer[];
  /** Models of which every layer is hosted by a peer in reach. */
  readonly available: () => readonly ModelSummary[];
  readonly onImportProgress: ImportListener;
  readonly onChange: () => void;
};

export class NodeModels {
  readonly #options: NodeModelsOptions;

  constructor(options: NodeModelsOptions) {
    this.#options = options;
  }

  /** @throws AppError as OwnModels.import */
  async import(path: string, alias: string | undefined): Promise<ImportedModel> {
    const { own, shards, onImportProgress } = this.#options;
    const { model, wasKnown, replaced, warnings } = await own.import(path, alias, onImportProgress);
    const wasHosted = replaced !== undefined && shards.hosts(replaced.manifestId);
    // Shards that failed because the file was gone or had changed are loaded again at once.
    shards.retry(model.manifestId);
    this.#changed();
    return {
      ...this.#entry(model),
      wasKnown,
      isHosted: shards.hosts(model.manifestId),
      replaced: replaced === undefined ? null : { name: replaced.summary.name, wasHosted },
      ...(warnings.length === 0 ? {} : { warnings: [...warnings] }),
    };
  }

  /** @throws AppError as OwnModels.remove */
  async remove(name: string): Promise<ModelEntry> {
    const { own, hosting } = this.#options;
    const model = await own.remove(name, (id) => hosting.release(id));
    this.#changed();
    return { ...this.#entry(model), isStored: false, available: false };
  }

  /** Resolves when the model, or the layers, are here. @throws AppError as HostingService.download */
  async download(request: DownloadRequest): Promise<ModelEntry> {
    const model = await this.#options.hosting.download(request);
    this.#options.onChange();
    return this.#entry(model);
  }

  /** Offers a model of the own library in a pool. @throws AppError as poolModelOf and PoolService.offer */
  async offer(params: PoolParams<'poolOffer'>): Promise<PoolResult<'poolOffer'>> {
    const { library, pools, hosting } = this.#options;
    const { id, ...facts } = await poolModelOf(library.find(params.model), params);
    const { pool, poolId } = await pools.offer(params.pool, id, facts);
    const { manifestId } = facts;
    await library.share(manifestId, withPool(library.audienceOf(manifestId), poolId));
    hosting.libraryChanged();
    return { pool, id, manifestId };
  }

  /** Withdraws a model from a pool, whose members can no longer fetch it. @throws AppError as PoolService.offer */
  async withdraw(params: PoolParams<'poolWithdraw'>): Promise<PoolResult<'poolWithdraw'>> {
    const { library, pools, hosting } = this.#options;
    const before = pools.offered();
    const { poolId, ...withdrawn } = await pools.offer(params.pool, params.id, null);
    const offers = before.filter(({ id, pool }) => id === params.id && pool.id === poolId);
    for (const { manifestId } of offers) {
      if (library.get(manifestId) !== undefined) {
        await library.share(manifestId, withoutPool(library.audienceOf(manifestId), poolId));
      }
    }
    hosting.libraryChanged();
    return withdrawn;
  }

  /** The models of a status. */
  entries(): ModelEntry[] {
    const { library, peers, available } = this.#options;
    return modelEntries(library.list(), peers(), available());
  }

  /** The models that a question may name. */
  chatModels(): ChatModel[] {
    const { available, shards } = this.#options;
    return chatModels(this.entries(), available(), (id) => shards.hosts(id));
  }

  #changed(): void {
    this.#options.hosting.libraryChanged();
    this.#options.onChange();
  }

  #entry(model: LibraryModel): ModelEntry {
    const { available } = this.#options;
    return ownEntry(
      model,
      available().some(({ manifestId }) => manifestId === model.manifestId),
    );
  }
}

/** Downloads that the owner requested, of whole files from the web and of layers from peers: starts, shares and cancels them. */
import type { DownloadRequest } from '../../../src-shared/catalog.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { LibraryModel, ModelLibrary } from '../models/library.ts';
import type { CatalogModels } from './catalog-models.ts';
import { allLayers } from '../../../src-shared/layers.ts';

export type RequestedDownloadsOptions = {
  readonly library: Pick<ModelLibrary, 'find' | 'list' | 'shardPath'>;
  readonly catalog: CatalogModels;
  /** Finds a model by its name or id among those that peers have. */
  readonly knownByPeers: (name: string) => ModelSummary | undefined;
  /** As ModelDownloads.add. */
  readonly add: (manifestId: string, signal: AbortSignal) => Promise<LibraryModel>;
};

export class RequestedDownloads {
  readonly #options: RequestedDownloadsOptions;
  readonly #stopping = new AbortController();
  /** Downloads of layers under way, by model. */
  readonly #ofLayers = new Map<string, AbortController>();

  constructor(options: RequestedDownloadsOptions) {
    this.#options = options;
  }

  /**
   * Downloads a model's file from the web, or layers of a model from peers.
   * @throws AppError `model-not-found`, `request-invalid` for layers of a model that only the catalog has; as
   * CatalogModels.download, ModelDownloads.add and ModelLibrary.shardPath
   */
  async get({ model: name, layers }: DownloadRequest): Promise<LibraryModel> {
    const { catalog, library, knownByPeers } = this.#options;
    const listed = catalog.find(name);
    const summary = knownByPeers(listed?.manifestId ?? name);
    if (summary === undefined && listed !== undefined) {
      if (layers !== undefined) {
        throw new AppError(
          'request-invalid',
          `No peer in reach has ${listed.name}, so single layers of it cannot be checked. Download the whole model.`,
        );
      }
      return await catalog.download(listed);
    }
    return await this.#fromPeers(summary?.manifestId ?? library.find(name).manifestId, layers);
  }

  /**
   * Cancels a download. A partial file is deleted; partial layers stay until room is needed.
   * @throws AppError `model-not-found` when there is none
   */
  async cancel(name: string): Promise<void> {
    const { catalog, library } = this.#options;
    const listed = catalog.find(name);
    const isListed = listed !== undefined && (await catalog.cancel(listed));
    const meant = library
      .list()
      .filter(({ manifestId, summary }) => [manifestId, summary.name].includes(name));
    const requested = meant.flatMap(({ manifestId }) => this.#ofLayers.get(manifestId) ?? []);
    for (const controller of requested) {
      controller.abort(new AppError('cancelled', `The download of ${name} was cancelled.`));
    }
    if (!isListed && requested.length === 0) {
      throw new AppError('model-not-found', `No download of "${name}" is under way.`);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new AppError('cancelled', 'The node stops.'));
    await this.#options.catalog.stop();
  }

  async #fromPeers(manifestId: string, layers: DownloadRequest['layers']): Promise<LibraryModel> {
    const { add, library } = this.#options;
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, this.#stopping.signal]);
    this.#ofLayers.set(manifestId, controller);
    try {
      const model = await add(manifestId, signal);
      const range = layers ?? allLayers(model.summary.layers);
      await library.shardPath(manifestId, range, signal);
      return model;
    } finally {
      if (this.#ofLayers.get(manifestId) === controller) {
        this.#ofLayers.delete(manifestId);
      }
    }
  }
}

/**
 * The shards that this node should host: those of the owner's settings and those of placement. Layers of a model that only
 * peers have are hosted as soon as the model's manifest is here; their bytes are fetched when they are loaded.
 */
import { isDeepStrictEqual } from 'node:util';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { HostedShard } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { LibraryModel } from '../models/library.ts';
import type { PinnedShard } from '../models/shard-cache.ts';
import type { Placed } from '../placement/placement-question.ts';
import { allLayers, partKey } from '../../../src-shared/layers.ts';

export type DesiredShardsOptions = {
  readonly library: {
    list(): readonly LibraryModel[];
    find(name: string): LibraryModel;
    replacementOf(manifestId: string): LibraryModel | undefined;
    pin(shards: readonly PinnedShard[]): void;
  };
  /** Replaces the hosted shards, all of models in the library. @throws AppError `setting-invalid` */
  readonly host: (desired: readonly HostedShard[]) => void;
  /** Finds a model by its name or id among those that peers have. */
  readonly knownByPeers: (name: string) => ModelSummary | undefined;
  /** Adds a model that peers have to the library. */
  readonly add: (manifestId: string, signal: AbortSignal) => Promise<LibraryModel>;
  readonly now: () => number;
  readonly log: Log;
};

/** How long after a failed fetch a model is fetched again, in milliseconds. */
const againAfterMs = 10_000;

export class DesiredShards {
  readonly #options: DesiredShardsOptions;
  #owners: readonly HostedShard[] = [];
  #placed: readonly Placed[] = [];
  #hosted: readonly Placed[] = [];
  /** Models that are being added to the library, by id. */
  readonly #adding = new Map<string, AbortController>();
  readonly #askedAt = new Map<string, number>();
  #isStopped = false;

  constructor(options: DesiredShardsOptions) {
    this.#options = options;
  }

  /** The shards that are hosted or being loaded now. */
  get hosted(): readonly Placed[] {
    return this.#hosted;
  }

  get placed(): readonly Placed[] {
    return this.#placed;
  }

  /**
   * The hosted shards, and those that will be hosted as soon as their model's manifest arrives. Placement on other nodes counts
   * on both, so this node must not change its plan meanwhile.
   */
  intended(): Placed[] {
    const coming = this.#placed.filter(({ manifestId }) => this.#adding.has(manifestId));
    return eachOnce([...this.#hosted, ...coming]);
  }

  /** The shards of the owner's settings whose models are in the library. */
  pins(): Placed[] {
    return this.#owners.flatMap((entry) => this.#resolved(entry) ?? []);
  }

  /**
   * Replaces the shards of the owner's settings.
   * @throws AppError `model-not-found` for a model that neither this node nor a known peer has, `setting-invalid`
   * for layers that a model does not have; nothing changes then
   */
  set(desired: readonly HostedShard[]): void {
    for (const entry of desired) {
      this.#check(entry);
    }
    const before = this.#owners;
    this.#owners = desired;
    try {
      this.#apply();
    } catch (error) {
      this.#owners = before;
      throw error;
    }
    this.reconcile();
  }

  /** As `set`, but for settings at the start: an entry that cannot be hosted yet is logged, and hosted when it can be. */
  setFirst(desired: readonly HostedShard[]): void {
    const possible: HostedShard[] = [];
    for (const entry of desired) {
      try {
        this.#check(entry);
        possible.push(entry);
      } catch (error) {
        const { code, message } = toAppError(error);
        this.#options.log('error', `${entry.model} is not hosted: ${message}`);
        if (code === 'model-not-found') {
          possible.push(entry);
        }
      }
    }
    this.#owners = possible;
    this.#apply();
    this.reconcile();
  }

  /** Replaces the shards of placement. */
  place(placed: readonly Placed[]): void {
    if (!isDeepStrictEqual(placed, this.#placed)) {
      this.#placed = placed;
      this.#apply();
      this.reconcile();
    }
  }

  /** Checks for missing models, after peers or an import may have brought some. */
  reconcile(): void {
    if (this.#isStopped) {
      return;
    }
    this.#apply();
    const wanted = new Set(this.#missing());
    for (const [manifestId, controller] of this.#adding) {
      if (!wanted.has(manifestId)) {
        controller.abort(new AppError('cancelled', 'The model is not wanted any more.'));
      }
    }
    for (const manifestId of wanted) {
      const askedAt = this.#askedAt.get(manifestId) ?? -Infinity;
      if (!this.#adding.has(manifestId) && this.#options.now() - askedAt >= againAfterMs) {
        void this.#add(manifestId);
      }
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const controller of this.#adding.values()) {
      controller.abort(new AppError('cancelled', 'The node stops.'));
    }
  }

  async #add(manifestId: string): Promise<void> {
    const { add, now, log } = this.#options;
    const controller = new AbortController();
    this.#adding.set(manifestId, controller);
    this.#askedAt.set(manifestId, now());
    try {
      await add(manifestId, controller.signal);
      this.#askedAt.delete(manifestId);
      this.#apply();
    } catch (error) {
      if (!controller.signal.aborted) {
        log('warn', `A model is not hosted yet: ${toAppError(error).message}`, { manifestId });
      }
    } finally {
      this.#adding.delete(manifestId);
    }
  }

  #check(entry: HostedShard): void {
    const model = this.#inLibrary(entry.model)?.summary ?? this.#options.knownByPeers(entry.model);
    if (model === undefined) {
      // Throws the error that fits the name.
      this.#options.library.find(entry.model);
      return;
    }
    const { firstLayer, lastLayer } = rangeOf(entry, model);
    if (lastLayer >= model.layers) {
      throw new AppError(
        'setting-invalid',
        `Layers ${firstLayer} to ${lastLayer} of ${model.name} cannot be hosted: it has layers 0 to ${model.layers - 1}`,
      );
    }
  }

  /** Hosts the shards whose models the library has. They are pinned first, so that a load cannot evict them. */
  #apply(): void {
    this.#bindNames();
    const hosted = eachOnce([
      ...this.pins(),
      ...this.#placed.filter(({ manifestId }) => this.#inLibrary(manifestId) !== undefined),
    ]);
    if (isDeepStrictEqual(hosted, this.#hosted)) {
      return;
    }
    const { library, host } = this.#options;
    library.pin(hosted.map(({ manifestId, ...range }) => ({ manifestId, range })));
    host(hosted.map(({ manifestId, ...layers }) => ({ model: manifestId, layers })));
    this.#hosted = hosted;
  }

  /** Binds each name to the model that it means now, so that models which get the name later do not change it. */
  #bindNames(): void {
    this.#owners = this.#owners.map((entry) => {
      const model = this.#inLibrary(entry.model)?.manifestId ?? entry.model;
      return { ...entry, model };
    });
  }

  /** Ids of desired models that the library does not have but peers do. */
  #missing(): string[] {
    const names = [
      ...this.#owners.map(({ model }) => model),
      ...this.#placed.map(({ manifestId }) => manifestId),
    ];
    return names
      .filter((name) => this.#inLibrary(name) === undefined)
      .flatMap((name) => this.#options.knownByPeers(name)?.manifestId ?? []);
  }

  #resolved(entry: HostedShard): Placed | undefined {
    const model = this.#inLibrary(entry.model)?.summary;
    if (model === undefined) {
      return undefined;
    }
    const range = rangeOf(entry, model);
    return range.lastLayer < model.layers ? { manifestId: model.manifestId, ...range } : undefined;
  }

  /** The model of this name in the library; for one whose file has new content, the model in that file now. */
  #inLibrary(name: string): LibraryModel | undefined {
    const { library } = this.#options;
    try {
      return library.find(name);
    } catch {
      return library.replacementOf(name);
    }
  }
}

function rangeOf({ layers }: HostedShard, model: ModelSummary): Omit<Placed, 'manifestId'> {
  return layers ?? allLayers(model.layers);
}

function eachOnce(placed: readonly Placed[]): Placed[] {
  return [...new Map(placed.map((each) => [partKey(each.manifestId, each), each])).values()];
}

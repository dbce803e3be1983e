/**
 * The models that this node has, in whole or in part. A model's file stays where its owner keeps it and is never
 * copied; the library remembers what is in it, and keeps what was cut from it. Of a model without a file here it
 * keeps the layers that were fetched.
 *
 *   <folder>/<manifest id>.json            one model
 *   <folder>/<manifest id>.hashes          the hashes of its chunks, see transfer/chunk-hashes.ts
 *   <folder>/shards/<manifest id>/…        shards and header, see shard-cache.ts
 *   <folder>/files/…                       whole files that the app downloaded
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange, ModelSummary } from '../../../src-shared/model.ts';
import { partialSuffix, writeAtomically } from '../../gguf/atomic-file.ts';
import type { ChunkSupply, SuppliedModel } from '../transfer/chunk-supply.ts';
import {
  aliasSchema,
  entryPath,
  entrySuffix,
  type LibraryEntry,
  readEntry,
  writeEntry,
} from './library-entry.ts';
import { makeManifest, type ReadingOptions } from './make-manifest.ts';
import { type ChunkedManifest, type Manifest, manifestId, toModelSummary } from './manifest.ts';
import { ModelShards } from './model-shards.ts';
import { ModelSupply } from './model-supply.ts';
import { type PinnedShard, ShardCache } from './shard-cache.ts';
import type { ShardFetch } from './shard-fetch.ts';
import { checkUnchanged, isSameFile, lookAt, type SourceFile, withSource } from './source-file.ts';

export type LibraryModel = {
  readonly manifestId: string;
  readonly alias: string | null;
  /** The GGUF file; null when only some layers are here, or none. */
  readonly path: string | null;
  readonly summary: ModelSummary;
  readonly manifest: Manifest;
};

export type LibraryOptions = {
  /** Created when it is not there. */
  readonly folder: string;
  /** A sentence about an entry that was skipped. */
  readonly onWarning: (message: string) => void;
};

/** A model with what only the library needs of it. The public part is made once: its id is a hash. */
type Kept = { readonly entry: LibraryEntry; readonly model: LibraryModel };

const filesName = 'files';

/** What a damaged entry is renamed to, so that nothing is lost and nothing is read twice. */
const asideSuffix = '.damaged';

export class ModelLibrary implements ChunkSupply {
  readonly #folder: string;
  readonly #cache: ShardCache;
  readonly #shards: ModelShards;
  /** By manifest id. */
  readonly #kept: Map<string, Kept>;

  private constructor(folder: string, cache: ShardCache, kept: Map<string, Kept>) {
    this.#folder = folder;
    this.#cache = cache;
    this.#shards = new ModelShards(cache, (id) => hashesPath(folder, id));
    this.#kept = kept;
  }

  /**
   * Reads the library. Entries that cannot be read are put aside with a warning; what an earlier process left
   * half-written is deleted.
   * @throws AppError `data-folder-unusable`
   */
  static async open({ folder, onWarning }: LibraryOptions): Promise<ModelLibrary> {
    const cacheFolder = join(folder, 'shards');
    try {
      await mkdir(cacheFolder, { recursive: true });
      const names = await readdir(folder, { recursive: true });
      await Promise.all(
        names
          .filter((name) => name.endsWith(partialSuffix))
          .map((name) => rm(join(folder, name), { force: true })),
      );
      const kept = new Map<string, Kept>();
      for (const name of names.filter((name) => /^[0-9a-f]{64}\.json$/.test(name)).toSorted()) {
        const entry = await readOrPutAside(join(folder, name), onWarning);
        if (entry !== undefined) {
          kept.set(name.slice(0, -entrySuffix.length), toKept(entry));
        }
      }
      const cache = new ShardCache(cacheFolder, join(folder, filesName));
      return new ModelLibrary(folder, cache, kept);
    } catch (error) {
      throw unusable(folder, error);
    }
  }

  list(): LibraryModel[] {
    return [...this.#kept.values()].map(({ model }) => model);
  }

  /**
   * Makes the GGUF file at `path` known: reads it once, in full, unless the same file was imported before.
   * A model that is known already moves to `path`; its alias stays unless another is given.
   * @throws AppError `model-not-found` when there is no such file, `gguf-invalid`, `gguf-unsupported`,
   * `model-changed` when it changes meanwhile, `request-invalid` for an alias that is no good or another
   * model's; the signal's reason
   */
  async importModel(
    path: string,
    options: ReadingOptions & { readonly alias?: string | undefined } = {},
  ): Promise<LibraryModel> {
    const source = await lookAt(resolve(path));
    const known = [...this.#kept.values()].find(
      ({ entry }) => entry.source !== null && isSameFile(entry.source, source),
    );
    if (known?.entry.manifest.format === 2) {
      return await this.#keep(known.model.manifestId, source, known.entry.manifest, options.alias);
    }
    let leaves: readonly Buffer[] = [];
    const manifest = await withSource(source, (file) =>
      makeManifest(file, { ...options, onLeaves: (made) => (leaves = made) }),
    );
    const id = manifestId(manifest);
    // A model of an earlier format is the same model under another id.
    const alias = options.alias ?? known?.model.alias ?? undefined;
    if (known !== undefined) {
      await this.remove(known.model.manifestId);
    }
    const model = await this.#keep(id, source, manifest, alias);
    try {
      await writeAtomically(hashesPath(this.#folder, id), (handle) =>
        handle.writeFile(Buffer.concat(leaves)),
      );
    } catch (error) {
      throw unusable(this.#folder, error);
    }
    return model;
  }

  /**
   * Makes a model known whose layers are to be fetched as they are needed. `headerPath` is a GGUF file with its
   * metadata, both checked against the model's id before. A model that is known already stays as it is.
   * @throws AppError `request-invalid` for an alias that is no good or another model's, `data-folder-unusable`
   */
  async addModel(
    manifest: ChunkedManifest,
    headerPath: string,
    alias?: string,
  ): Promise<LibraryModel> {
    const id = manifestId(manifest);
    await this.#cache.putHeader(id, headerPath);
    return await this.#keep(id, this.#kept.get(id)?.entry.source ?? null, manifest, alias);
  }

  /** How layers that are not here are fetched from now on. */
  fetchBy(fetch: ShardFetch): void {
    this.#shards.fetchBy(fetch);
  }

  /** Where whole files that the app downloads belong. They are deleted with their models, and never evicted. */
  get filesFolder(): string {
    return join(this.#folder, filesName);
  }

  /** Shards and downloaded files may take so many bytes, pinned shards always; null has no limit. */
  limitTo(bytes: number | null): void {
    this.#cache.quotaBytes = bytes;
  }

  /**
   * Makes room for a whole file of so many bytes; what is there of it by now counts.
   * @throws AppError `data-folder-unusable` when the limit does not allow it
   */
  async makeRoomForFile(bytes: number): Promise<void> {
    await this.#cache.makeRoom('', bytes);
  }

  /** These shards are never evicted; replaces those pinned before. */
  pin(shards: readonly PinnedShard[]): void {
    this.#cache.pin(shards);
  }

  /** What shards and downloaded files take on the disk. Files that were imported are their owner's. */
  async usedBytes(): Promise<number> {
    return await this.#cache.usedBytes();
  }

  /** Deletes the file of these layers unless it is pinned or being read. Whether it is gone. */
  async removeShard(id: string, range: LayerRange): Promise<boolean> {
    return await this.#cache.removeShard(id, range);
  }

  /** For giving a model's bytes to peers. @throws AppError `model-changed`, `data-folder-unusable` */
  async open(id: string): Promise<SuppliedModel | undefined> {
    const entry = this.#kept.get(id)?.entry;
    return entry === undefined || entry.manifest.format === 1
      ? undefined
      : await ModelSupply.open({
          id,
          entry,
          manifest: entry.manifest,
          cache: this.#cache,
          shards: this.#shards,
          hashesPath: hashesPath(this.#folder, id),
        });
  }

  /** Forgets a model and deletes what was cut from it or fetched. A file that was imported stays. */
  async remove(id: string): Promise<LibraryModel> {
    const { model, entry } = this.#get(id);
    this.#kept.delete(id);
    try {
      await rm(entryPath(this.#folder, id), { force: true });
      await rm(hashesPath(this.#folder, id), { force: true });
      await this.#cache.remove(id);
      if (entry.source?.path.startsWith(this.filesFolder + sep) === true) {
        await rm(entry.source.path, { force: true });
      }
    } catch (error) {
      throw unusable(this.#folder, error);
    }
    return model;
  }

  /**
   * The model meant by an alias, an id, at least 8 digits of one, or a name, in this order.
   * @throws AppError `model-not-found` when there is none, or when several are meant
   */
  find(nameOrId: string): LibraryModel {
    const models = this.list();
    const isIdPart = /^[0-9a-f]{8,64}$/.test(nameOrId);
    const meanings = [
      models.filter((model) => model.alias === nameOrId),
      models.filter((model) => isIdPart && model.manifestId.startsWith(nameOrId)),
      models.filter((model) => model.summary.name === nameOrId),
    ];
    const [model, other] = meanings.find((meant) => meant.length > 0) ?? [];
    if (model === undefined) {
      throw new AppError('model-not-found', `No model in the library is called '${nameOrId}'.`);
    }
    if (other !== undefined) {
      throw new AppError(
        'model-not-found',
        `Several models are called '${nameOrId}'. Give the first digits of its id, for example ${model.manifestId.slice(0, 12)}.`,
      );
    }
    return model;
  }

  /**
   * A file to load layers from: the model's own for all of them, else a shard, cut or fetched when first asked for.
   * @throws AppError `model-not-found`, `model-changed`, `gguf-unsupported` when this model cannot be cut,
   * `request-invalid` for layers it does not have, `no-route` when nobody has them, `data-folder-unusable`; the
   * signal's reason
   */
  async shardPath(id: string, range: LayerRange, signal?: AbortSignal): Promise<string> {
    const { entry } = this.#get(id);
    const { source, manifest } = entry;
    if (source !== null && range.firstLayer === 0 && range.lastLayer === manifest.layers - 1) {
      await checkUnchanged(source);
      return source.path;
    }
    return await this.#shards.shard(id, entry, range, signal);
  }

  /** A file with the model's metadata and no tensors, for its tokenizer. Errors as `shardPath`. */
  async headerPath(id: string): Promise<string> {
    return await this.#shards.header(id, this.#get(id).entry);
  }

  #get(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) {
      throw new AppError('model-not-found', `The library has no model with the id ${id}.`);
    }
    return kept;
  }

  /** Only here the alias is looked at: another import may have taken it, or brought the same model, meanwhile. */
  async #keep(
    id: string,
    source: SourceFile | null,
    manifest: Manifest,
    wishedAlias: string | undefined,
  ): Promise<LibraryModel> {
    const before = this.#kept.get(id);
    const alias = this.#freeAlias(wishedAlias, id) ?? before?.model.alias ?? null;
    const after = toKept({ format: 1, alias, source, manifest });
    this.#kept.set(id, after);
    try {
      await writeEntry(this.#folder, id, after.entry);
    } catch (error) {
      this.#restore(id, before);
      throw unusable(this.#folder, error);
    }
    return after.model;
  }

  #restore(id: string, before: Kept | undefined): void {
    if (before === undefined) {
      this.#kept.delete(id);
    } else {
      this.#kept.set(id, before);
    }
  }

  #freeAlias(wanted: string | undefined, id: string): string | undefined {
    if (wanted === undefined) {
      return undefined;
    }
    const alias = aliasSchema.safeParse(wanted);
    if (!alias.success) {
      const [issue] = alias.error.issues;
      throw new AppError('request-invalid', `The alias cannot be used: ${issue?.message}.`);
    }
    const owner = this.list().find((model) => model.alias === alias.data);
    if (owner !== undefined && owner.manifestId !== id) {
      throw new AppError(
        'request-invalid',
        `The alias '${alias.data}' already belongs to ${owner.summary.name} (${owner.manifestId.slice(0, 12)}).`,
      );
    }
    return alias.data;
  }
}

function hashesPath(folder: string, id: string): string {
  return join(folder, `${id}.hashes`);
}

async function readOrPutAside(
  path: string,
  onWarning: (message: string) => void,
): Promise<LibraryEntry | undefined> {
  try {
    return await readEntry(path);
  } catch (error) {
    await rename(path, `${path}${asideSuffix}`);
    const why = error instanceof Error ? error.message : String(error);
    onWarning(
      `The library entry ${path} is damaged and was put aside as ${asideSuffix} (${why}). Import its model again.`,
    );
    return undefined;
  }
}

function toKept(entry: LibraryEntry): Kept {
  const summary = toModelSummary(entry.manifest);
  const model = {
    manifestId: summary.manifestId,
    alias: entry.alias,
    path: entry.source?.path ?? null,
    summary,
    manifest: entry.manifest,
  };
  return { entry, model };
}

function unusable(folder: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'data-folder-unusable',
    `The model library in ${folder} cannot be used (${why}).`,
    { cause },
  );
}

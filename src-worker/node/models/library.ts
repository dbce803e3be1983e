/**
 * The models that this node has, in whole or in part. A model's file stays where its owner keeps it and is never
 * copied; the library stores its manifest, and the shards that were cut from it. For a model without a file here, the
 * library stores the layers that were fetched.
 *
 *   <folder>/<manifest id>.json            one model
 *   <folder>/<manifest id>.hashes          the hashes of its chunks, see transfer/chunk-hashes.ts
 *   <folder>/shards/<manifest id>/…        shards and header, see shard-cache.ts
 *   <folder>/files/…                       whole files that the app downloaded
 */
import { mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { LayerRange } from '../../../src-shared/model.ts';
import { partialSuffix, writeAtomically } from '../../../src-shared/files/atomic-file.ts';
import type { ChunkSupply, SuppliedModel } from '../transfer/chunk-supply.ts';
import { type Audience, noPeers } from './audience.ts';
import { makeManifest, type ReadingOptions } from '../manifests/make-manifest.ts';
import { type ChunkedManifest, manifestId } from '../manifests/manifest.ts';
import type { LibraryEntry } from './library-entry.ts';
import {
  type Registered,
  type LibraryModel,
  libraryUnusable,
  ModelRegister,
  sourcesOf,
} from './model-register.ts';
import { ModelShards } from './model-shards.ts';
import { ModelSupply } from './model-supply.ts';
import { type PinnedShard, ShardCache, type ShardRoom } from './shard-cache.ts';
import type { ShardFetch } from './shard-fetch.ts';
import {
  checkUnchanged,
  inspect,
  type SourceFile,
  unchangedOf,
  withSource,
} from './source-file.ts';
import { isSameRange, isWholeModel } from '../../../src-shared/layers.ts';

export type { LibraryModel } from './model-register.ts';

export type LibraryOptions = {
  /** The library's folder; created when it does not exist. */
  readonly folder: string;
  /** Called with a sentence about each entry that was skipped. */
  readonly onWarning: (message: string) => void;
};

type ImportOptions = ReadingOptions & { readonly alias?: string | undefined };

export type Imported = {
  readonly model: LibraryModel;
  /** Whether the same content was in the library before. */
  readonly wasKnown: boolean;
  /** The model that was removed from the library because its file has this content now. */
  readonly replaced: LibraryModel | undefined;
};

const filesName = 'files';
const shardsName = 'shards';

export class ModelLibrary implements ChunkSupply {
  readonly #folder: string;
  readonly #cache: ShardCache;
  readonly #shards: ModelShards;
  readonly #register: ModelRegister;

  private constructor(folder: string, cache: ShardCache, register: ModelRegister) {
    this.#folder = folder;
    this.#cache = cache;
    this.#shards = new ModelShards(cache, (id) => hashesPath(folder, id));
    this.#register = register;
  }

  /**
   * Opens the library. Entries that cannot be read are put aside with a warning; files that an earlier process left
   * half-written are deleted.
   * @throws AppError `data-folder-unusable`
   */
  static async open({ folder, onWarning }: LibraryOptions): Promise<ModelLibrary> {
    const cacheFolder = join(folder, shardsName);
    try {
      await mkdir(cacheFolder, { recursive: true });
      const names = await readdir(folder, { recursive: true });
      await Promise.all(
        names
          .filter((name) => name.endsWith(partialSuffix))
          .map((name) => rm(join(folder, name), { force: true })),
      );
      const register = await ModelRegister.open(folder, onWarning);
      const cache = new ShardCache(cacheFolder, join(folder, filesName));
      return new ModelLibrary(folder, cache, register);
    } catch (error) {
      throw libraryUnusable(folder, error);
    }
  }

  list(): LibraryModel[] {
    return this.#register.list();
  }

  get(manifestId: string): LibraryModel | undefined {
    return this.list().find((model) => model.manifestId === manifestId);
  }

  /** As `importFile`, but returns the model only. */
  async importModel(path: string, options: ImportOptions = {}): Promise<LibraryModel> {
    return (await this.importFile(path, options)).model;
  }

  /**
   * Adds the GGUF file at `path` to the library: reads it once, in full, unless the same file was imported before.
   * A model that is known already gets the file as a further copy, and the alias as a further name. A model whose
   * only file this was, with other content, is replaced, and the new model takes over its names.
   * @throws AppError `model-not-found` when there is no such file, `gguf-invalid`, `gguf-unsupported`,
   * `model-changed` when it changes meanwhile, `request-invalid` for an alias that is not valid or belongs to another
   * model; the signal's reason
   */
  async importFile(path: string, options: ImportOptions = {}): Promise<Imported> {
    const source = await inspect(resolve(path));
    const sameFile = this.#register.ofFile(source);
    if (sameFile?.entry.manifest.format === 2) {
      const { entry } = sameFile;
      const { manifestId: id } = sameFile.model;
      const sources = await currentSources(entry, source);
      const model = await this.#register.keep(id, sources, entry.manifest, options.alias);
      return { model, wasKnown: true, replaced: undefined };
    }
    let leaves: readonly Buffer[] = [];
    const manifest = await withSource(source, (file) =>
      makeManifest(file, { ...options, onLeaves: (made) => (leaves = made) }),
    );
    const id = manifestId(manifest);
    const before = this.#register.entry(id);
    const replaced = await this.#replacedBy(id, source);
    const sources = before === undefined ? [source] : await currentSources(before, source);
    const model = await this.#register.keep(id, sources, manifest, options.alias, replaced);
    if (replaced !== undefined) {
      await this.#deleteFilesOf(replaced.model.manifestId).catch(() => {
        // An engine may still read a shard. Files that are left are not pinned, and are evicted when room is needed.
      });
    }
    try {
      await writeAtomically(hashesPath(this.#folder, id), (handle) =>
        handle.writeFile(Buffer.concat(leaves)),
      );
    } catch (error) {
      throw libraryUnusable(this.#folder, error);
    }
    // A model of an earlier manifest format is the same model under another id, so it was not replaced.
    return sameFile === undefined
      ? { model, wasKnown: before !== undefined, replaced: replaced?.model }
      : { model, wasKnown: true, replaced: undefined };
  }

  /**
   * The model that has no file left because the file at its path has other content now. A model that has a sound copy
   * elsewhere only loses this file.
   */
  async #replacedBy(id: string, source: SourceFile): Promise<Registered | undefined> {
    const former = this.#register.ofPath(source.path);
    if (former === undefined || former.model.manifestId === id) {
      return undefined;
    }
    const others = sourcesOf(former.entry).filter(({ path }) => path !== source.path);
    if ((await unchangedOf(others)).length === 0) {
      return former;
    }
    await this.#register.forgetFile(former.model.manifestId, source.path);
    return undefined;
  }

  /**
   * Adds a model whose layers are fetched when they are needed. A model that is known already stays unchanged.
   * @param headerPath a GGUF file with the model's metadata; the caller has checked it and the manifest against the id
   * @throws AppError `request-invalid` for an alias that is not valid or belongs to another model, `data-folder-unusable`
   */
  async addModel(
    manifest: ChunkedManifest,
    headerPath: string,
    alias?: string,
  ): Promise<LibraryModel> {
    const id = manifestId(manifest);
    await this.#cache.putHeader(id, headerPath);
    const before = this.#register.entry(id);
    const sources = before === undefined ? [] : sourcesOf(before);
    return await this.#register.keep(id, sources, manifest, alias);
  }

  /**
   * Replaces the peers that may have a model even where it is not hosted; at first it is for no peer.
   * @throws AppError `model-not-found`, `data-folder-unusable`
   */
  async share(id: string, audience: Audience): Promise<void> {
    await this.#register.share(id, audience);
  }

  /** Peers that may have the model even where it is not hosted; none for a model that is not in the library. */
  audienceOf(id: string): Audience {
    return this.#register.entry(id)?.audience ?? noPeers;
  }

  /** Sets the function that fetches layers that are not here. */
  fetchBy(fetch: ShardFetch): void {
    this.#shards.fetchBy(fetch);
  }

  /** The folder for whole files that the app downloads. They are deleted with their models, and never evicted. */
  get filesFolder(): string {
    return join(this.#folder, filesName);
  }

  /** Limits the bytes of shards and downloaded files; pinned shards are kept in any case. null means no limit. */
  limitTo(bytes: number | null): void {
    this.#cache.quotaBytes = bytes;
  }

  /**
   * Makes room for a whole file of so many bytes, including those of it that are here already.
   * @throws AppError `data-folder-unusable` when the limit does not allow it
   */
  async makeRoomForFile(bytes: number): Promise<void> {
    await this.#cache.makeRoom('', bytes);
  }

  /** As ShardCache.room. @throws AppError `data-folder-unusable` */
  async roomForShards(): Promise<ShardRoom> {
    try {
      return await this.#cache.room();
    } catch (error) {
      throw libraryUnusable(this.#folder, error);
    }
  }

  /** Replaces the pinned shards, which are never evicted. */
  pin(shards: readonly PinnedShard[]): void {
    this.#cache.pin(shards);
  }

  /** Bytes of shards and downloaded files, and free bytes on their disk. @throws AppError `data-folder-unusable` */
  async storage(): Promise<{ readonly usedBytes: number; readonly freeBytes: number }> {
    try {
      const [usedBytes, { bavail, bsize }] = await Promise.all([
        this.usedBytes(),
        statfs(this.#folder),
      ]);
      return { usedBytes, freeBytes: bavail * bsize };
    } catch (error) {
      throw libraryUnusable(this.#folder, error);
    }
  }

  /** Bytes of shards and downloaded files on the disk. Imported files belong to the owner and do not count. */
  async usedBytes(): Promise<number> {
    return await this.#cache.usedBytes();
  }

  /**
   * Models that some peers may have even where they are not hosted, and of which layers are here now. Models that the owner
   * imported and did not offer are left out.
   */
  async stored(): Promise<LibraryModel[]> {
    const ready = await this.#cache.modelsWithShards();
    return this.list().filter(
      ({ manifestId, path, audience }) =>
        audience.length > 0 && (path !== null || ready.has(manifestId)),
    );
  }

  /** Deletes the file of these layers unless it is pinned or being read. Returns whether it is gone. */
  async removeShard(id: string, range: LayerRange): Promise<boolean> {
    return await this.#cache.removeShard(id, range);
  }

  /** Opens a model to send its bytes to peers. @throws AppError `model-changed`, `data-folder-unusable` */
  async open(id: string): Promise<SuppliedModel | undefined> {
    const entry = this.#register.entry(id);
    return entry === undefined || entry.manifest.format === 1
      ? undefined
      : await ModelSupply.open({
          id,
          entry: await withSoundSource(entry),
          manifest: entry.manifest,
          cache: this.#cache,
          shards: this.#shards,
          hashesPath: hashesPath(this.#folder, id),
        });
  }

  /** Removes a model and deletes its shards and downloaded files. An imported file stays. */
  async remove(id: string): Promise<LibraryModel> {
    const { model, entry } = await this.#register.remove(id);
    try {
      await this.#deleteFilesOf(id);
      const downloaded = sourcesOf(entry).filter(({ path }) => this.#isDownloaded(path));
      await Promise.all(downloaded.map(({ path }) => rm(path, { force: true })));
    } catch (error) {
      throw libraryUnusable(this.#folder, error);
    }
    return model;
  }

  async #deleteFilesOf(id: string): Promise<void> {
    await rm(hashesPath(this.#folder, id), { force: true });
    await this.#cache.remove(id);
  }

  #isDownloaded(path: string): boolean {
    return path.startsWith(this.filesFolder + sep);
  }

  /** Finds a model by name or id. @throws AppError as ModelRegister.find */
  find(nameOrId: string): LibraryModel {
    return this.#register.find(nameOrId);
  }

  /** The model that replaced the model with this id. */
  replacementOf(id: string): LibraryModel | undefined {
    return this.#register.replacementOf(id);
  }

  /**
   * The path of a file to load layers from: the model's own file for all layers, else a shard, cut or fetched at first use.
   * @throws AppError `model-not-found`, `model-changed`, `gguf-unsupported` when this model cannot be cut,
   * `request-invalid` for layers it does not have, `no-route` when no peer has them, `data-folder-unusable`; the
   * signal's reason
   */
  async shardPath(id: string, range: LayerRange, signal?: AbortSignal): Promise<string> {
    const entry = await withSoundSource(this.#register.get(id).entry);
    const { source, manifest } = entry;
    if (source !== null && isWholeModel(range, manifest.layers)) {
      await checkUnchanged(source);
      return source.path;
    }
    return await this.#shards.shard(id, entry, range, signal);
  }

  /** The path of the owner's file without which these layers cannot be loaded again, when there is no such file any more. */
  async missingFile(id: string, range: LayerRange): Promise<string | undefined> {
    const entry = this.#register.entry(id);
    if (entry === undefined || entry.source === null) {
      return undefined;
    }
    const isCut =
      !isWholeModel(range, entry.manifest.layers) &&
      (await this.#cache.shardsOf(id)).some((shard) => isSameRange(shard.range, range));
    const isThere = await Promise.all(
      sourcesOf(entry).map(({ path }) =>
        inspect(path).then(
          () => true,
          () => false,
        ),
      ),
    );
    return isCut || isThere.includes(true) ? undefined : entry.source.path;
  }

  /** Whether a path from `shardPath` is that of a shard, and not of the owner's file. */
  isMade(path: string): boolean {
    return path.startsWith(join(this.#folder, shardsName) + sep);
  }

  /** The path of a file with the model's metadata and no tensors, for its tokenizer. Errors as `shardPath`. */
  async headerPath(id: string): Promise<string> {
    return await this.#shards.header(id, await withSoundSource(this.#register.get(id).entry));
  }
}

/** The unchanged files with the entry's content, and the file that was just read, which has that content too. */
async function currentSources(entry: LibraryEntry, source: SourceFile): Promise<SourceFile[]> {
  const all = sourcesOf(entry).map((each) => (each.path === source.path ? source : each));
  return await unchangedOf(all.includes(source) ? all : [...all, source]);
}

/** The entry with an unchanged file as its source, where it has one. */
async function withSoundSource(entry: LibraryEntry): Promise<LibraryEntry> {
  const [source] = entry.copies.length === 0 ? [] : await unchangedOf(sourcesOf(entry));
  return source === undefined ? entry : { ...entry, source };
}

function hashesPath(folder: string, id: string): string {
  return join(folder, `${id}.hashes`);
}

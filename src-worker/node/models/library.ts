/**
 * The models that this node has, in whole or in part. A model's file stays where its owner keeps it and is never
 * copied; the library remembers what is in it, and stores what was cut from it. Of a model without a file here it
 * stores the layers that were fetched.
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
import { type Audience, nobody } from './audience.ts';
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
import { type PinnedShard, ShardCache } from './shard-cache.ts';
import type { ShardFetch } from './shard-fetch.ts';
import {
  checkUnchanged,
  inspect,
  type SourceFile,
  unchangedOf,
  withSource,
} from './source-file.ts';
import { isWholeModel } from '../../../src-shared/layers.ts';

export type { LibraryModel } from './model-register.ts';

export type LibraryOptions = {
  /** Created when it is not there. */
  readonly folder: string;
  /** A sentence about an entry that was skipped. */
  readonly onWarning: (message: string) => void;
};

type ImportOptions = ReadingOptions & { readonly alias?: string | undefined };

export type Imported = {
  readonly model: LibraryModel;
  /** The same content was in the library before. */
  readonly wasKnown: boolean;
  /** A model that is no longer in the library, since its file has this content now. */
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
   * Reads the library. Entries that cannot be read are put aside with a warning; what an earlier process left
   * half-written is deleted.
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

  /** As `importFile`, for callers to whom it is all one what was known before. */
  async importModel(path: string, options: ImportOptions = {}): Promise<LibraryModel> {
    return (await this.importFile(path, options)).model;
  }

  /**
   * Makes the GGUF file at `path` known: reads it once, in full, unless the same file was imported before.
   * A model that is known already has the file as one more copy, and the alias as one more name. A model whose
   * only file this was, with other content, is replaced: its names are the new one's.
   * @throws AppError `model-not-found` when there is no such file, `gguf-invalid`, `gguf-unsupported`,
   * `model-changed` when it changes meanwhile, `request-invalid` for an alias that is no good or another
   * model's; the signal's reason
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
        // An engine may still read a shard; what stays behind is not pinned, and is evicted when room is needed.
      });
    }
    try {
      await writeAtomically(hashesPath(this.#folder, id), (handle) =>
        handle.writeFile(Buffer.concat(leaves)),
      );
    } catch (error) {
      throw libraryUnusable(this.#folder, error);
    }
    // A model of an earlier format is no other model.
    return sameFile === undefined
      ? { model, wasKnown: before !== undefined, replaced: replaced?.model }
      : { model, wasKnown: true, replaced: undefined };
  }

  /**
   * The model of which nothing is left because the file at its path has other content by now; one of an earlier format
   * is the same model under another id. A model that has a sound copy elsewhere only loses this file.
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
    const before = this.#register.entry(id);
    const sources = before === undefined ? [] : sourcesOf(before);
    return await this.#register.keep(id, sources, manifest, alias);
  }

  /**
   * Replaces the peers that may have a model though it is not hosted; until then it is for no peer.
   * @throws AppError `model-not-found`, `data-folder-unusable`
   */
  async share(id: string, audience: Audience): Promise<void> {
    await this.#register.share(id, audience);
  }

  /** Peers that may have the model though it is not hosted; none where the library does not have it. */
  audienceOf(id: string): Audience {
    return this.#register.entry(id)?.audience ?? nobody;
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

  /** What they take on the disk, and what is free there, in bytes. @throws AppError `data-folder-unusable` */
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

  /** What shards and downloaded files take on the disk. Files that were imported are their owner's. */
  async usedBytes(): Promise<number> {
    return await this.#cache.usedBytes();
  }

  /**
   * Models that some peers may have though they are not hosted, and of which layers are here now. Those that their owner
   * imported and not offered are not among them.
   */
  async stored(): Promise<LibraryModel[]> {
    const ready = await this.#cache.modelsWithShards();
    return this.list().filter(
      ({ manifestId, path, audience }) =>
        audience.length > 0 && (path !== null || ready.has(manifestId)),
    );
  }

  /** Deletes the file of these layers unless it is pinned or being read. Whether it is gone. */
  async removeShard(id: string, range: LayerRange): Promise<boolean> {
    return await this.#cache.removeShard(id, range);
  }

  /** For giving a model's bytes to peers. @throws AppError `model-changed`, `data-folder-unusable` */
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

  /** Forgets a model and deletes what was cut from it or fetched. A file that was imported stays. */
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

  /** @throws AppError as ModelRegister.find */
  find(nameOrId: string): LibraryModel {
    return this.#register.find(nameOrId);
  }

  /** The model whose file took the place of the model with this id. */
  replacementOf(id: string): LibraryModel | undefined {
    return this.#register.replacementOf(id);
  }

  /**
   * A file to load layers from: the model's own for all of them, else a shard, cut or fetched when first asked for.
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

  /** Whether `shardPath` gave a file that it made, not one of the owner's. */
  isMade(path: string): boolean {
    return path.startsWith(join(this.#folder, shardsName) + sep);
  }

  /** A file with the model's metadata and no tensors, for its tokenizer. Errors as `shardPath`. */
  async headerPath(id: string): Promise<string> {
    return await this.#shards.header(id, await withSoundSource(this.#register.get(id).entry));
  }
}

/** The files with the entry's content that are as they were, and the one just read, which has that content too. */
async function currentSources(entry: LibraryEntry, source: SourceFile): Promise<SourceFile[]> {
  const all = sourcesOf(entry).map((each) => (each.path === source.path ? source : each));
  return await unchangedOf(all.includes(source) ? all : [...all, source]);
}

/** The entry with a file that has not changed, where it has one. */
async function withSoundSource(entry: LibraryEntry): Promise<LibraryEntry> {
  const [source] = entry.copies.length === 0 ? [] : await unchangedOf(sourcesOf(entry));
  return source === undefined ? entry : { ...entry, source };
}

function hashesPath(folder: string, id: string): string {
  return join(folder, `${id}.hashes`);
}

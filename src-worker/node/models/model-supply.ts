/** The chunks of a model that this node can send to peers: from its file, its shards and its running downloads. */
import { ChunkHasher } from '../manifests/chunk-tree.ts';
import type { SuppliedModel } from '../transfer/chunk-supply.ts';
import { Bitmap } from '../transfer/bitmap.ts';
import { ChunkHashes } from '../transfer/chunk-hashes.ts';
import { ChunkMap } from '../transfer/chunk-map.ts';
import { FileSource } from '../transfer/file-source.ts';
import { tensorsInShard } from '../transfer/shard-layout.ts';
import type { LibraryEntry } from './library-entry.ts';
import type { ChunkedManifest } from '../manifests/manifest.ts';
import { metadataOf, type ModelShards } from './model-shards.ts';
import type { ShardCache } from './shard-cache.ts';
import { checkUnchanged } from './source-file.ts';

type Opened = { readonly file: FileSource; readonly release: () => void };

export class ModelSupply implements SuppliedModel {
  readonly map: ChunkMap;
  readonly #id: string;
  readonly #entry: LibraryEntry;
  readonly #cache: ShardCache;
  readonly #shards: ModelShards;
  readonly #hashes: ChunkHashes;
  readonly #opened = new Map<string, Opened>();
  #isClosed = false;

  static async open(parts: {
    readonly id: string;
    readonly entry: LibraryEntry;
    readonly manifest: ChunkedManifest;
    readonly cache: ShardCache;
    readonly shards: ModelShards;
    readonly hashesPath: string;
  }): Promise<ModelSupply> {
    const map = new ChunkMap(parts.manifest);
    return new ModelSupply(parts, map, await ChunkHashes.read(map, parts.hashesPath));
  }

  private constructor(
    parts: Pick<Parameters<typeof ModelSupply.open>[0], 'id' | 'entry' | 'cache' | 'shards'>,
    map: ChunkMap,
    hashes: ChunkHashes,
  ) {
    this.#id = parts.id;
    this.#entry = parts.entry;
    this.#cache = parts.cache;
    this.#shards = parts.shards;
    this.map = map;
    this.#hashes = hashes;
  }

  async have(): Promise<Bitmap> {
    await this.#openFiles();
    const have = new Bitmap(this.map.count);
    for (const { have: part } of this.#sources()) {
      for (let chunk = 0; chunk < part.length; chunk += 1) {
        if (part.has(chunk)) {
          have.set(chunk);
        }
      }
    }
    return have;
  }

  /** The hashes of a tensor's chunks: stored at import or download, or computed from the tensor's bytes where they are lost. */
  async leaves(tensor: number): Promise<Uint8Array | undefined> {
    if (!this.#hashes.knows(tensor)) {
      const hasher = new ChunkHasher();
      const { first, end } = this.map.chunksOf(tensor);
      for (let chunk = first; chunk < end && !this.#isClosed; chunk += 1) {
        const data = await this.#readRaw(chunk);
        if (data === undefined) {
          return undefined;
        }
        hasher.update(data);
      }
      this.#hashes.add(tensor, hasher.finish());
    }
    return this.#hashes.leavesOf(tensor);
  }

  /** Reads a chunk. One that was damaged on disk is not sent, because that would cost this node its reputation. */
  async read(chunk: number): Promise<Uint8Array | undefined> {
    const { tensor } = this.map.placeOf(chunk);
    await this.leaves(tensor);
    const data = await this.#readRaw(chunk);
    return data !== undefined && (await this.#hashes.isRight(chunk, data)) ? data : undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    for (const { file, release } of opened) {
      await file.close().catch(() => undefined);
      release();
    }
  }

  async #readRaw(chunk: number): Promise<Buffer<ArrayBuffer> | undefined> {
    for (const source of this.#sources()) {
      const data = source.have.has(chunk) ? await source.fetch(chunk) : undefined;
      if (data !== undefined) {
        return data;
      }
    }
    return undefined;
  }

  #sources(): {
    readonly have: Bitmap;
    fetch(chunk: number): Promise<Buffer<ArrayBuffer> | undefined>;
  }[] {
    return [
      ...[...this.#opened.values()].map(({ file }) => file),
      ...this.#shards.downloadsOf(this.#id).map((file) => ({
        have: file.have,
        fetch: (chunk: number) => file.read(chunk).catch(() => undefined),
      })),
    ];
  }

  /** Opens the model's own file, or else the shards that are complete now. */
  async #openFiles(): Promise<void> {
    const { source } = this.#entry;
    if (source !== null) {
      await checkUnchanged(source);
      await this.#openFile(source.path, () => FileSource.open(source.path, this.map));
      return;
    }
    const shards = await this.#cache.shardsOf(this.#id);
    const metadata =
      shards.length === 0
        ? undefined
        : await metadataOf(await this.#shards.header(this.#id, this.#entry));
    for (const { path, range } of shards) {
      if (metadata !== undefined) {
        const names = tensorsInShard(this.map, metadata, range);
        // A shard that was evicted meanwhile is left out.
        await this.#openFile(path, () => FileSource.open(path, this.map, names)).catch(
          () => undefined,
        );
      }
    }
  }

  async #openFile(path: string, open: () => Promise<FileSource>): Promise<void> {
    if (this.#opened.has(path) || this.#isClosed) {
      return;
    }
    const release = this.#cache.hold(path);
    try {
      const file = await open();
      if (this.#opened.has(path) || this.#isClosed) {
        await file.close();
        release();
      } else {
        this.#opened.set(path, { file, release });
      }
    } catch (error) {
      release();
      throw error;
    }
  }
}

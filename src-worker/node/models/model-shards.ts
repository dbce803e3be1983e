/** Makes the shards of the library's models: cuts them from the model's own file, or fetches them where there is none. */
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import type { GgufHeader } from '../../gguf/parse.ts';
import { openGguf } from '../../gguf/read.ts';
import { shardTensors, sliceShard, writeHeader } from '../../gguf/slice.ts';
import { ChunkHashes } from '../transfer/chunk-hashes.ts';
import { ChunkMap } from '../transfer/chunk-map.ts';
import { FileSource } from '../transfer/file-source.ts';
import { PartialFile } from '../transfer/partial-file.ts';
import { layOutShard, tensorsInShard } from '../transfer/shard-layout.ts';
import type { LibraryEntry } from './library-entry.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { ShardCache } from './shard-cache.ts';
import type { ShardFetch, ShardFetchJob } from './shard-fetch.ts';
import { type SourceFile, withSource } from './source-file.ts';
import { verifiedTensor } from '../manifests/verified-tensor.ts';

type FetchParts = Omit<ShardFetchJob, 'file' | 'local' | 'onLeaves'> & {
  readonly metadata: GgufHeader['metadata'];
};

export class ModelShards {
  readonly #cache: ShardCache;
  readonly #hashesPath: (id: string) => string;
  /** Running downloads by manifest id. */
  readonly #downloads = new Map<string, Set<PartialFile>>();
  #fetch: ShardFetch | undefined;

  constructor(cache: ShardCache, hashesPath: (id: string) => string) {
    this.#cache = cache;
    this.#hashesPath = hashesPath;
  }

  /** Sets the function that fetches shards. */
  fetchBy(fetch: ShardFetch): void {
    this.#fetch = fetch;
  }

  /**
   * The path of a shard file, checked against the manifest.
   * @throws AppError `gguf-unsupported`, `request-invalid`, `model-changed`, `data-folder-unusable`,
   * `model-not-found` when it must be fetched and cannot be; errors of fetching; the signal's reason
   */
  async shard(
    id: string,
    entry: LibraryEntry,
    range: LayerRange,
    signal?: AbortSignal,
  ): Promise<string> {
    const { source } = entry;
    return await this.#cache.shard(
      id,
      range,
      (path, jobSignal) =>
        source === null
          ? this.#fetchShard(id, entry, range, path, jobSignal)
          : this.#cutShard(id, source, entry.manifest, range, path, jobSignal),
      signal,
    );
  }

  /** The path of a file with the model's metadata alone. Errors as `shard`. */
  async header(id: string, { source, manifest }: LibraryEntry): Promise<string> {
    return await this.#cache.header(id, async (path) => {
      if (source === null) {
        throw new AppError(
          'model-not-found',
          `The header of ${manifest.name} is not there any more. Remove the model and add it again.`,
        );
      }
      await withSource(source, (file) => writeHeader(file, path));
    });
  }

  /** The model's running downloads, whose verified chunks can be sent to other peers. */
  downloadsOf(id: string): readonly PartialFile[] {
    return [...(this.#downloads.get(id) ?? [])];
  }

  async #cutShard(
    id: string,
    source: SourceFile,
    manifest: Manifest,
    range: LayerRange,
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    await withSource(source, async (file) => {
      const tensors = shardTensors(file, range);
      const bytes = tensors.reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
      await this.#cache.makeWithin(path, bytes, () =>
        sliceShard(file, range, path, {
          manifestId: id,
          signal,
          through: (tensor, data) => verifiedTensor(manifest, tensor, data),
        }),
      );
    });
  }

  async #fetchShard(
    id: string,
    entry: LibraryEntry,
    range: LayerRange,
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { manifest } = entry;
    const fetch = this.#fetch;
    if (fetch === undefined || manifest.format === 1) {
      throw new AppError(
        'model-not-found',
        `The layers of ${manifest.name} are not on this machine and cannot be fetched.`,
      );
    }
    const map = new ChunkMap(manifest);
    const metadata = await metadataOf(await this.header(id, entry));
    const layout = layOutShard(map, metadata, range);
    const hashes = await ChunkHashes.read(map, this.#hashesPath(id));
    await this.#cache.makeWithin(path, layout.dataBytes + layout.header.byteLength, () =>
      this.#fetchTo(path, fetch, { manifestId: id, range, map, metadata, layout, hashes, signal }),
    );
  }

  async #fetchTo(path: string, fetch: ShardFetch, parts: FetchParts): Promise<void> {
    const { metadata, ...job } = parts;
    const { manifestId: id, map, layout, hashes } = job;
    const others = await this.#cache.shardsOf(id);
    const releases = others.map((other) => this.#cache.hold(other.path));
    try {
      const file = await PartialFile.open(path, map, layout);
      const downloads = this.#downloads.get(id) ?? new Set();
      this.#downloads.set(id, downloads.add(file));
      try {
        await fetch({
          ...job,
          file,
          local: others.map((other) => ({
            id: other.path,
            kind: 'file',
            open: () =>
              FileSource.open(other.path, map, tensorsInShard(map, metadata, other.range)),
          })),
          onLeaves: () => hashes.write(this.#hashesPath(id)),
        });
      } finally {
        downloads.delete(file);
      }
    } finally {
      releases.forEach((release) => release());
    }
  }
}

/** The metadata of the GGUF file at `path`. */
export async function metadataOf(path: string): Promise<GgufHeader['metadata']> {
  const file = await openGguf(path);
  await file.close();
  return file.header.metadata;
}

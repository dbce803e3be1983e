/** The job of fetching a shard that cannot be cut from a file here, as the library prepares it. */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { ChunkHashes } from '../transfer/chunk-hashes.ts';
import type { ChunkMap } from '../transfer/chunk-map.ts';
import type { PartialFile } from '../transfer/partial-file.ts';
import type { ShardLayout } from '../transfer/shard-layout.ts';
import type { SourceCandidate } from '../transfer/source-pool.ts';

export type ShardFetchJob = {
  readonly manifestId: string;
  readonly range: LayerRange;
  readonly map: ChunkMap;
  readonly layout: ShardLayout;
  readonly hashes: ChunkHashes;
  readonly file: PartialFile;
  /** Shards on this machine that have some of the same layers. */
  readonly local: readonly SourceCandidate[];
  /** Stores the hashes of chunks, for later downloads and for other peers. */
  readonly onLeaves: () => Promise<void>;
  readonly signal: AbortSignal;
};

/** Downloads and completes the job's file. @throws AppError as `downloadShard` */
export type ShardFetch = (job: ShardFetchJob) => Promise<void>;

/**
 * Fetches models, and layers of them, for the library: from peers, from the web addresses in the catalogs, and from shards
 * that are on this machine already.
 */
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import type { Log } from '../base/log.ts';
import type { ChannelOpener } from '../mesh/channels/channel.ts';
import type { HeaderStore } from '../headers/header-store.ts';
import { giversOf } from '../headers/model-givers.ts';
import type { KnownPeer } from '../mesh/records/record.ts';
import { type Audience, noPeers } from '../models/audience.ts';
import type { LibraryModel, ModelLibrary } from '../models/library.ts';
import type { ShardFetchJob } from '../models/shard-fetch.ts';
import { isDistrusted } from '../trust/reputation.ts';
import { PeerSource } from '../transfer/peer-source.ts';
import {
  type DownloadProgress,
  type DownloadTimes,
  downloadShard,
} from '../transfer/shard-download.ts';
import type { SourceCandidate, SourceFault } from '../transfer/source-pool.ts';
import type { TokenBucket } from '../base/token-bucket.ts';
import { WebSource } from '../transfer/web-source.ts';

/** A download without progress for this long, in milliseconds, uses distrusted peers too. */
const distrustedAfterMs = 10_000;

export type ModelDownloadsOptions = {
  readonly opener: ChannelOpener;
  readonly knownPeers: () => readonly KnownPeer[];
  readonly headers: Pick<HeaderStore, 'fetch'>;
  readonly library: ModelLibrary;
  /** The web addresses of the model's GGUF file. */
  readonly addressesOf: (manifestId: string) => readonly string[];
  /** The peers that may get a model which `giver` gave; absent: none. */
  readonly audienceFrom?: (manifestId: string, giver: string) => Audience;
  readonly download: TokenBucket;
  readonly log: Log;
  readonly onProgress?: (manifestId: string, range: LayerRange, progress: DownloadProgress) => void;
  /** Called when the download is over, for any reason. */
  readonly onEnd?: (manifestId: string, range: LayerRange) => void;
  /** Called with a source's fault, for the peer's reputation. */
  readonly onFault?: (fault: SourceFault) => void;
  readonly times?: Partial<DownloadTimes>;
};

export class ModelDownloads {
  readonly #options: ModelDownloadsOptions;

  constructor(options: ModelDownloadsOptions) {
    this.#options = options;
    options.library.fetchBy((job) => this.#fetch(job));
  }

  /**
   * Adds a model of the mesh to the library: its manifest and header, without layers.
   * @throws AppError `model-not-found` when no peer gives it, `gguf-unsupported` when its manifest is of a format
   * whose bytes cannot be checked in pieces; errors of the library; the signal's reason
   */
  async add(manifestId: string, signal: AbortSignal): Promise<LibraryModel> {
    const known = this.#options.library.list().find((model) => model.manifestId === manifestId);
    if (known !== undefined) {
      return known;
    }
    const { headers, library, audienceFrom = () => noPeers } = this.#options;
    const { manifest, path, giver } = await headers.fetch(manifestId, signal);
    if (manifest.format !== 2) {
      throw new AppError(
        'gguf-unsupported',
        `${manifest.name} was imported by an earlier version. Its owner has to import it again.`,
      );
    }
    const model = await library.addModel(manifest, path);
    // The owner may have imported the model's file meanwhile.
    if (model.path === null) {
      await library.share(manifestId, audienceFrom(manifestId, giver));
    }
    return model;
  }

  async #fetch(job: ShardFetchJob): Promise<void> {
    const { download, onProgress, onEnd, onFault, times, log } = this.#options;
    const { manifestId, range, local, ...rest } = job;
    let movedAt = performance.now();
    let doneBytes = 0;
    try {
      await downloadShard({
        ...rest,
        download,
        times,
        candidates: () => [
          ...local,
          ...this.#remote(job, performance.now() - movedAt >= distrustedAfterMs),
        ],
        onProgress: (progress) => {
          if (progress.doneBytes > doneBytes) {
            ({ doneBytes } = progress);
            movedAt = performance.now();
          }
          onProgress?.(manifestId, range, progress);
        },
        onFault: (fault) => {
          log('warn', 'A source of model bytes is not used any more', { manifestId, ...fault });
          onFault?.(fault);
        },
      });
    } finally {
      onEnd?.(manifestId, range);
    }
  }

  /** The remote sources. Distrusted peers are among them only when there are no others, or those make no progress. */
  #remote({ manifestId, map }: ShardFetchJob, isStuck: boolean): SourceCandidate[] {
    const { opener, knownPeers, addressesOf } = this.#options;
    const addresses = addressesOf(manifestId);
    const all = giversOf(knownPeers(), manifestId);
    const trusted = all.filter(({ reputation }) => !isDistrusted(reputation));
    const isHelped = trusted.length + addresses.length > 0;
    return [
      ...(isHelped && !isStuck ? trusted : all).map(({ peer }): SourceCandidate => ({
        id: peer,
        kind: 'peer',
        open: (signal) => PeerSource.open(opener, { peer, manifestId, map, signal }),
      })),
      ...addresses.map((url): SourceCandidate => ({
        id: url,
        kind: 'web',
        open: (signal) => WebSource.open(url, map, signal),
      })),
    ];
  }
}

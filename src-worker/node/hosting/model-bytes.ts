/** Model bytes in and out of this node, within the owner's limits: one rate limit a direction for all peers together. */
import { AppError } from '../../../src-shared/errors.ts';
import type { Hosting } from '../../../src-shared/api/node-config.ts';
import type { DownloadStatus } from '../../../src-shared/api/node-status.ts';
import type { Log } from '../base/log.ts';
import type { ChannelOpener } from '../mesh/channels/channel.ts';
import type { KnownPeer } from '../mesh/records/record.ts';
import type { Audience } from '../models/audience.ts';
import type { ModelLibrary } from '../models/library.ts';
import type { Report } from '../trust/evidence.ts';
import { ChunkService } from '../transfer/chunk-service.ts';
import type { HeaderStore } from '../headers/header-store.ts';
import { ModelDownloads } from './model-downloads.ts';
import { TokenBucket } from '../base/token-bucket.ts';
import { partKey } from '../../../src-shared/layers.ts';

export type ModelBytesOptions = {
  readonly opener: ChannelOpener;
  readonly library: ModelLibrary;
  readonly knownPeers: () => readonly KnownPeer[];
  readonly headers: HeaderStore;
  readonly addressesOf: (manifestId: string) => readonly string[];
  readonly limits: Hosting;
  readonly mayServe: (peer: string) => boolean;
  /** As SharedModels.mayHave. */
  readonly mayHave: (peer: string, manifestId: string) => boolean;
  /** As ModelDownloadsOptions. */
  readonly audienceFrom: (manifestId: string, giver: string) => Audience;
  readonly onEvidence: (report: Report) => void;
  readonly onChange: () => void;
  readonly log: Log;
};

export class ModelBytes {
  readonly downloads: ModelDownloads;
  /** The rate at which the owner lets this node fetch. */
  readonly download: TokenBucket;
  readonly #upload: TokenBucket;
  readonly #options: ModelBytesOptions;
  readonly #service: ChunkService;
  /** Downloads under way, by the key of what is fetched. */
  readonly #progress = new Map<string, DownloadStatus>();

  constructor(options: ModelBytesOptions) {
    const { opener, library, limits, mayServe, mayHave, onEvidence } = options;
    this.#options = options;
    this.download = new TokenBucket(limits.downloadBytesPerSecond);
    this.#upload = new TokenBucket(limits.uploadBytesPerSecond);
    library.limitTo(limits.diskBytes);
    this.#service = new ChunkService({
      opener,
      supply: library,
      upload: this.#upload,
      mayServe,
      mayHave,
    });
    this.downloads = new ModelDownloads({
      opener,
      knownPeers: options.knownPeers,
      headers: options.headers,
      library,
      addressesOf: options.addressesOf,
      audienceFrom: options.audienceFrom,
      download: this.download,
      log: options.log,
      onProgress: (manifestId, layers, { doneBytes, totalBytes, sources }) => {
        const model = library.list().find((each) => each.manifestId === manifestId)?.summary.name;
        this.tell(partKey(manifestId, layers), {
          model: model ?? manifestId.slice(0, 12),
          manifestId,
          layers,
          doneBytes,
          totalBytes,
          sources,
        });
      },
      onEnd: (manifestId, layers) => this.tell(partKey(manifestId, layers), undefined),
      onFault: ({ id, kind, fault, reason }) => {
        // A peer that gives nothing or disconnects is not at fault, since it may pause at any time.
        if (kind === 'peer' && fault !== 'failed') {
          onEvidence({ who: id, what: fault, proof: reason });
        }
      },
    });
  }

  /** Begins to serve chunks to peers. */
  async start(): Promise<void> {
    await this.#service.start();
  }

  /** Ends all uploads, and serves no more. */
  stop(): Promise<void> {
    return this.#service.stop();
  }

  /** Applies new limits at once, also to transfers under way. */
  limit(limits: Hosting): void {
    this.download.setRate(limits.downloadBytesPerSecond);
    this.#upload.setRate(limits.uploadBytesPerSecond);
    this.#options.library.limitTo(limits.diskBytes);
  }

  /** Ends the uploads under way. */
  interrupt(): void {
    this.#service.interrupt();
  }

  /** The downloads under way. */
  statuses(): DownloadStatus[] {
    return [...this.#progress.values()];
  }

  /** Sets the status of the download called `key`; undefined when it is over. */
  tell(key: string, status: DownloadStatus | undefined): void {
    if (status === undefined) {
      this.#progress.delete(key);
    } else {
      this.#progress.set(key, status);
    }
    this.#options.onChange();
  }

  /** @throws AppError `data-folder-unusable` when the owner's limit leaves less room */
  async makeRoom(bytes: number): Promise<void> {
    await this.#options.library.makeRoomForFile(bytes).catch((error: unknown) => {
      throw new AppError(
        'data-folder-unusable',
        `The model has ${(bytes / 1e9).toFixed(1)} GB, which the limit for downloaded models does not leave. Raise that limit, or remove another model.`,
        { cause: error },
      );
    });
  }
}

/**
 * Headers of models for whoever turns text into tokens: from this node's own files, else from a peer that
 * hosts the model, kept on disk from then on.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import { openGguf } from '../../gguf/read.ts';
import { SharedJobs } from '../base/shared-jobs.ts';
import type { ChannelOpener, Unhandle } from '../mesh/channels/channel.ts';
import { fetchHeader } from './header-fetch.ts';
import { type HeaderSource, serveHeaders } from './header-service.ts';
import type { Log } from '../base/log.ts';
import { shortName } from '../identity/peer-name.ts';
import { type KnownPeer, nearestWith } from '../mesh/records/record.ts';

/** For one peer's header, most of which have a few megabytes; the next peer is asked then. */
const fetchDeadlineMs = 60_000;

/** Peers that are asked before giving up. */
const maxPeers = 5;

export type HeaderExchangeOptions = {
  readonly opener: ChannelOpener;
  readonly knownPeers: () => readonly KnownPeer[];
  /** This node's own models. */
  readonly source: HeaderSource;
  /** Where peers' headers are kept; created when it is first needed. */
  readonly folder: string;
  readonly log: Log;
};

export class HeaderExchange {
  readonly #options: HeaderExchangeOptions;
  readonly #fetches = new SharedJobs<string>();
  #unhandle: Unhandle | undefined;

  constructor(options: HeaderExchangeOptions) {
    this.#options = options;
  }

  /** Gives this node's own headers to peers from now on. */
  async start(): Promise<void> {
    this.#unhandle = await serveHeaders(this.#options.opener, this.#options.source);
  }

  /**
   * The path of a GGUF with at least the model's metadata.
   * @throws AppError `model-not-found` when neither this node nor a peer has it; errors of the own file
   */
  async headerPath(manifestId: string): Promise<string> {
    const { source } = this.#options;
    return source.manifest(manifestId) === undefined
      ? this.#fetches.run(manifestId, undefined, (signal) => this.#fetched(manifestId, signal))
      : source.headerPath(manifestId);
  }

  /** Gives fetches in progress up, and no more headers to peers. */
  async stop(): Promise<void> {
    const unhandled = this.#unhandle?.();
    await this.#fetches.abort('', new AppError('cancelled', 'The node stops'));
    await unhandled;
  }

  async #fetched(manifestId: string, signal: AbortSignal): Promise<string> {
    const { folder, opener, log } = this.#options;
    const path = join(folder, `${manifestId}.gguf`);
    if (await isSound(path)) {
      return path;
    }
    await mkdir(folder, { recursive: true });
    let lastError: unknown;
    for (const peer of this.#hosts(manifestId)) {
      try {
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(fetchDeadlineMs)]);
        await fetchHeader(opener, { peer, manifestId, path, signal: deadline });
        return path;
      } catch (error) {
        lastError = error;
        const reason = toAppError(error).message;
        log('warn', `No header from peer ${shortName(peer)}`, { peer, manifestId, reason });
      }
      signal.throwIfAborted();
    }
    throw new AppError(
      'model-not-found',
      `No peer in reach could give the tokenizer of the model ${manifestId.slice(0, 12)}`,
      { cause: lastError },
    );
  }

  #hosts(manifestId: string): string[] {
    return nearestWith(this.#options.knownPeers(), manifestId)
      .slice(0, maxPeers)
      .map(({ peer }) => peer);
  }
}

/** It was checked when it was written; the disk may have failed since. */
async function isSound(path: string): Promise<boolean> {
  try {
    const file = await openGguf(path);
    await file.close();
    return true;
  } catch {
    return false;
  }
}

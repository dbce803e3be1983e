/**
 * Headers of models, to tokenize questions and to add models to the library. They come from this node's own files, else from a
 * peer that has the model, and are then stored on disk.
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
import type { Manifest } from '../manifests/manifest.ts';
import type { KnownPeer } from '../mesh/records/record.ts';
import { giversOf } from './model-givers.ts';

/** How long one peer may take for a header of usually a few megabytes before the next peer is asked. */
const fetchDeadlineMs = 60_000;

/** Most peers that are asked before the fetch fails. */
const maxPeers = 5;

export type HeaderStoreOptions = {
  readonly opener: ChannelOpener;
  readonly knownPeers: () => readonly KnownPeer[];
  /** This node's own models. */
  readonly source: HeaderSource;
  /** The folder for headers of peers, created when it is first needed. */
  readonly folder: string;
  readonly log: Log;
};

/** A verified header from a peer. */
export type FetchedHeader = {
  readonly path: string;
  readonly manifest: Manifest;
  /** The peer that gave it. */
  readonly giver: string;
};

export class HeaderStore {
  readonly #options: HeaderStoreOptions;
  readonly #fetches = new SharedJobs<FetchedHeader>();
  #unhandle: Unhandle | undefined;

  constructor(options: HeaderStoreOptions) {
    this.#options = options;
  }

  /** Serves this node's own headers to peers from now on. */
  async start(): Promise<void> {
    this.#unhandle = await serveHeaders(this.#options.opener, this.#options.source);
  }

  /**
   * The path of a GGUF with at least the model's metadata.
   * @throws AppError `model-not-found` when neither this node nor a peer has it; errors of this node's own file
   */
  async headerPath(manifestId: string): Promise<string> {
    const { source } = this.#options;
    if (source.manifest(manifestId) !== undefined) {
      return source.headerPath(manifestId);
    }
    const stored = this.#pathOf(manifestId);
    return (await isSound(stored)) ? stored : (await this.fetch(manifestId)).path;
  }

  /**
   * Fetches the header and its manifest from a peer, also where it is stored already: which peer gives a model decides which
   * others may have it. It replaces the stored one.
   * @throws AppError `model-not-found` when no peer has it; the signal's reason
   */
  fetch(manifestId: string, signal?: AbortSignal): Promise<FetchedHeader> {
    return this.#fetches.run(manifestId, signal, (ended) => this.#fetchNow(manifestId, ended));
  }

  /** Cancels fetches under way, and serves no more headers. */
  async stop(): Promise<void> {
    await Promise.all([
      this.#unhandle?.(),
      this.#fetches.abort('', new AppError('cancelled', 'The node stops')),
    ]);
  }

  async #fetchNow(manifestId: string, signal: AbortSignal): Promise<FetchedHeader> {
    const { folder, knownPeers, opener, log } = this.#options;
    await mkdir(folder, { recursive: true });
    const path = this.#pathOf(manifestId);
    let lastError: unknown;
    for (const { peer } of giversOf(knownPeers(), manifestId).slice(0, maxPeers)) {
      try {
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(fetchDeadlineMs)]);
        const request = { peer, manifestId, path, signal: deadline };
        return { path, manifest: await fetchHeader(opener, request), giver: peer };
      } catch (error) {
        lastError = error;
        const reason = toAppError(error).message;
        log('warn', `No header from peer ${shortName(peer)}`, { peer, manifestId, reason });
      }
      signal.throwIfAborted();
    }
    throw new AppError(
      'model-not-found',
      `No peer in reach gave the model ${manifestId.slice(0, 12)}.`,
      { cause: lastError },
    );
  }

  #pathOf(manifestId: string): string {
    return join(this.#options.folder, `${manifestId}.gguf`);
  }
}

/** Whether a stored header is intact: it was verified when it was written, but the disk may have failed since. */
async function isSound(path: string): Promise<boolean> {
  try {
    const file = await openGguf(path);
    await file.close();
    return true;
  } catch {
    return false;
  }
}

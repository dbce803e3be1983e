/**
 * Headers of models, for questions that become tokens and for models that this machine is to have: from this node's own
 * files, else from a peer that has the model, stored on disk from then on.
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

/** For one peer's header, most of which have a few megabytes; the next peer is asked then. */
const fetchDeadlineMs = 60_000;

/** Peers that are asked before giving up. */
const maxPeers = 5;

export type HeaderStoreOptions = {
  readonly opener: ChannelOpener;
  readonly knownPeers: () => readonly KnownPeer[];
  /** This node's own models. */
  readonly source: HeaderSource;
  /** Where peers' headers are stored; created when it is first needed. */
  readonly folder: string;
  readonly log: Log;
};

/** A header from a peer, proven to be the model's. */
export type FetchedHeader = {
  readonly path: string;
  readonly manifest: Manifest;
  /** The peer that gave it just now. */
  readonly giver: string;
};

export class HeaderStore {
  readonly #options: HeaderStoreOptions;
  readonly #fetches = new SharedJobs<FetchedHeader>();
  #unhandle: Unhandle | undefined;

  constructor(options: HeaderStoreOptions) {
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
    if (source.manifest(manifestId) !== undefined) {
      return source.headerPath(manifestId);
    }
    const stored = this.#pathOf(manifestId);
    return (await isSound(stored)) ? stored : (await this.fetch(manifestId)).path;
  }

  /**
   * The header and its manifest from a peer, also where it is stored already: which peer gives a model decides who else
   * may have it. Stored in place of the former one.
   * @throws AppError `model-not-found` when no peer has it; the signal's reason
   */
  fetch(manifestId: string, signal?: AbortSignal): Promise<FetchedHeader> {
    return this.#fetches.run(manifestId, signal, (ended) => this.#fetchNow(manifestId, ended));
  }

  /** Gives fetches in progress up, and sends no more headers. */
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

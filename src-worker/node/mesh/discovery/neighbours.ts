/**
 * Keeps this node connected to enough peers that what is said in the mesh reaches it, whichever peers go: to all of a
 * small mesh, so that every way is measured, and to some of a large one. Peers that are known by their records
 * come first, since those are alive; then the Kademlia network is asked.
 */
import { randomBytes } from 'node:crypto';
import type { Libp2p } from '@libp2p/interface';
import type { Log } from '../../base/log.ts';
import type { HeardRecord } from '../records/record-book.ts';

/** Connections that are sought; more come from peers that seek theirs. */
const wanted = 24;
/** Fewer than this are worth a way over a relay, and a look-up. */
const needed = 8;

/** Peers that are tried in one look. */
const triesAtOnce = 4;

/** Between looks while there are too few connections, and until a peer is tried again, in milliseconds. */
const lookEveryMs = 5000;
/** After news; peers that come at once have connections to open on their own account first. */
const lookSoonMs = 700;
const tryAgainMs = 60_000;

/** Between look-ups, and for one, in milliseconds. */
const lookUpEveryMs = 60_000;
const lookUpDeadlineMs = 10_000;

export type NeighboursOptions = {
  readonly libp2p: Pick<Libp2p, 'peerRouting'>;
  readonly connected: ReadonlySet<string>;
  /** Records that are believed. */
  readonly records: () => readonly HeardRecord[];
  /** A peer to connect to; `isAlive` when a record of it is believed. */
  readonly onFound: (peer: string, addresses: readonly string[], isAlive: boolean) => void;
  readonly log: Log;
};

export class Neighbours {
  readonly #options: NeighboursOptions;
  /** When peers were tried last. */
  readonly #triedAt = new Map<string, number>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #lookedUpAt = Number.NEGATIVE_INFINITY;

  constructor(options: NeighboursOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#refresh(), lookEveryMs).unref();
  }

  stop(): void {
    this.#stopping.abort();
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
  }

  /** This machine's network is another one: a peer that could not be reached before may be now. */
  networkChanged(): void {
    this.#triedAt.clear();
    this.changed();
  }

  /** There may be a new peer to connect to. */
  changed(): void {
    if (this.#options.connected.size < wanted && !this.#stopping.signal.aborted) {
      this.#soon ??= setTimeout(
        () => {
          this.#soon = undefined;
          this.#refresh();
        },
        lookSoonMs * (1 + Math.random()),
      ).unref();
    }
  }

  #refresh(): void {
    const { connected, records, onFound } = this.#options;
    const missing = Math.min(triesAtOnce, wanted - connected.size);
    if (missing <= 0) {
      this.#triedAt.clear();
      return;
    }
    const now = performance.now();
    const isDue = (peer: string): boolean =>
      !connected.has(peer) && now - (this.#triedAt.get(peer) ?? -tryAgainMs) >= tryAgainMs;
    const candidates = records().filter(
      ({ peer, record }) =>
        isDue(peer) && (connected.size < needed || record.addresses.some(isDirect)),
    );
    for (const { peer, record } of pick(candidates, missing)) {
      this.#triedAt.set(peer, now);
      onFound(peer, record.addresses, true);
    }
    if (connected.size > 0 && connected.size < needed && now - this.#lookedUpAt >= lookUpEveryMs) {
      this.#lookedUpAt = now;
      void this.#lookUp();
    }
  }

  /** Asks the Kademlia network for the peers near to a place picked at random. */
  async #lookUp(): Promise<void> {
    const { libp2p, connected, onFound, log } = this.#options;
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(lookUpDeadlineMs)]);
    try {
      for await (const { id, multiaddrs } of libp2p.peerRouting.getClosestPeers(randomBytes(32), {
        signal,
      })) {
        const peer = id.toString();
        if (!connected.has(peer)) {
          onFound(peer, multiaddrs.map(String), false);
        }
      }
    } catch (error) {
      log('debug', 'A look-up of peers found nobody', { error });
    }
  }
}

function isDirect(address: string): boolean {
  return !address.includes('/p2p-circuit');
}

/** So many of them at random: nodes that hear of the same peers should not all go to the same ones. */
function pick<T>(items: readonly T[], count: number): T[] {
  const left = [...items];
  const picked: T[] = [];
  while (picked.length < count && left.length > 0) {
    picked.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  }
  return picked;
}

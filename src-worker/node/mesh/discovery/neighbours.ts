/**
 * Keeps this node connected to enough peers that records still reach it whichever of them go: to all of a small mesh, so
 * that every latency is measured, and to some of a large one. Peers with believed records come first, since those are
 * alive; then the Kademlia network is asked.
 */
import { randomBytes } from 'node:crypto';
import type { Libp2p } from '@libp2p/interface';
import type { Log } from '../../base/log.ts';
import type { HeardRecord } from '../records/record-book.ts';

/** How many connections this node makes for itself; further ones come from peers that make theirs. */
const wanted = 24;
/** With fewer connections than this, the node also dials over relays and asks the Kademlia network. */
const needed = 8;

/** How many peers one refresh tries. */
const triesAtOnce = 4;

/** Time between refreshes while there are too few connections, and before a peer is tried again, in milliseconds. */
const lookEveryMs = 5000;
/** Delay of a refresh after news, in milliseconds: many peers that start at once first open connections of their own. */
const lookSoonMs = 700;
const tryAgainMs = 60_000;

/** Time between look-ups, and the deadline of one, in milliseconds. */
const lookUpEveryMs = 60_000;
const lookUpDeadlineMs = 10_000;

export type NeighboursOptions = {
  readonly libp2p: Pick<Libp2p, 'peerRouting'>;
  readonly connected: ReadonlySet<string>;
  /** Records that are believed now. */
  readonly records: () => readonly HeardRecord[];
  /** Called with a peer to connect to; `isAlive` when a record of it is believed. */
  readonly onFound: (peer: string, addresses: readonly string[], isAlive: boolean) => void;
  readonly log: Log;
};

export class Neighbours {
  readonly #options: NeighboursOptions;
  /** When each peer was last tried. */
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

  /** This machine's network has changed: a peer that could not be reached before may be reachable now. */
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
      log('debug', 'A look-up of peers failed', { error });
    }
  }
}

function isDirect(address: string): boolean {
  return !address.includes('/p2p-circuit');
}

/** `count` of the items at random: nodes that know the same peers should not all connect to the same ones. */
function pick<T>(items: readonly T[], count: number): T[] {
  const left = [...items];
  const picked: T[] = [];
  while (picked.length < count && left.length > 0) {
    picked.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  }
  return picked;
}

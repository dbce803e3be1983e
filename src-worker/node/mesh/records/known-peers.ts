/** The peers that this node knows: each peer's latest record, with the state of its connections. */
import type { Connection } from '@libp2p/interface';
import { bestWay } from '../peer-way.ts';
import { nearness } from '../transport/address-order.ts';
import { type HeardRecord, RecordBook } from './record-book.ts';
import type { KnownPeer, PeerRecord } from './record.ts';

export type KnownPeersOptions = {
  readonly connectionsOf: (peer: string) => readonly Connection[];
  readonly latencyMs: (peer: string) => number | undefined;
  readonly isSilent: (peer: string) => boolean;
  /** Whether the peer's record counts on this node. */
  readonly isHeard: (peer: string) => boolean;
  /** Whether the peer's offers may be used. */
  readonly mayServe: (peer: string) => boolean;
  /** Called when some records have expired. */
  readonly onExpired: () => void;
};

export class KnownPeers {
  /** Peers with a connection now. */
  readonly connected = new Set<string>();
  readonly #options: KnownPeersOptions;
  /** Uses monotonic time: with a wall clock that was set back a day, peers that are gone would stay for a day. */
  readonly #book = new RecordBook(() => performance.now());
  readonly #isNear = nearness();
  #expiry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: KnownPeersOptions) {
    this.#options = options;
  }

  all(): KnownPeer[] {
    const silent = new Set(this.connected);
    const known = this.heard().map((each) => {
      silent.delete(each.peer);
      return this.#known(each);
    });
    return [...known, ...[...silent].map((peer) => this.#silentPeer(peer))];
  }

  get(peer: string): KnownPeer | undefined {
    const heard = this.#book.get(peer);
    if (heard !== undefined && this.#options.isHeard(peer)) {
      return this.#known(heard);
    }
    return this.connected.has(peer) ? this.#silentPeer(peer) : undefined;
  }

  /** The records that are believed now and count on this node. */
  heard(): HeardRecord[] {
    return this.#book.all().filter(({ peer }) => this.#options.isHeard(peer));
  }

  /** The addresses in the peer's record. */
  addressesOf(peer: string): readonly string[] {
    return this.#book.get(peer)?.record.addresses ?? [];
  }

  /** Takes a verified record, see RecordBook.accept; returns whether it was news. */
  accept(peer: string, record: PeerRecord, isForwarded: boolean): boolean {
    const isNews = this.#book.accept(peer, record, isForwarded);
    if (isNews) {
      this.#armExpiry();
    }
    return isNews;
  }

  /** See RecordBook.doubt. */
  doubt(peer: string): void {
    this.#book.doubt(peer);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#expiry);
  }

  #known(heard: HeardRecord): KnownPeer {
    const { peer, record } = heard;
    return {
      ...heard,
      record: this.#options.mayServe(peer) ? record : withoutOffers(record),
      connected: this.connected.has(peer),
      latencyMs: this.#options.latencyMs(peer),
      ...(this.#options.isSilent(peer) ? { silent: true } : {}),
      ...this.#path(peer, record.addresses),
    };
  }

  /** How the peer is reached: by its connections, or without any by its record's addresses. */
  #path(peer: string, told: readonly string[] = []): Pick<KnownPeer, 'relayed' | 'way'> {
    if (!this.connected.has(peer)) {
      const isRelayed = told.length > 0 && told.every((text) => text.includes('/p2p-circuit'));
      return isRelayed ? { relayed: true } : {};
    }
    const connections = this.#options.connectionsOf(peer).map(({ remoteAddr }) => remoteAddr);
    const way = bestWay(connections, this.#isNear);
    return { ...(way === 'relay' ? { relayed: true } : {}), ...(way === undefined ? {} : { way }) };
  }

  #armExpiry(): void {
    clearTimeout(this.#expiry);
    const at = this.#book.nextExpiry();
    if (at !== undefined && !this.#isStopped) {
      this.#expiry = setTimeout(
        () => this.#expire(),
        Math.max(0, at - performance.now()) + 1,
      ).unref();
    }
  }

  #expire(): void {
    if (this.#book.expire()) {
      this.#options.onExpired();
    }
    this.#armExpiry();
  }

  #silentPeer(peer: string): KnownPeer {
    const addresses = this.#options
      .connectionsOf(peer)
      .map(({ remoteAddr }) => remoteAddr.toString());
    return {
      peer,
      record: { sequence: 0, state: 'paused', addresses, models: [], shards: [] },
      receivedAt: 0,
      connected: true,
      latencyMs: this.#options.latencyMs(peer),
      ...this.#path(peer),
    };
  }
}

/** The record of a peer whose offers may not be used. */
function withoutOffers(record: PeerRecord): PeerRecord {
  return { ...record, models: [], shards: [], planned: [], stores: [] };
}

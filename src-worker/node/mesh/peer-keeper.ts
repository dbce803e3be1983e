/**
 * Keeps connections to peers: to those from settings for as long as the node runs, to those that were only
 * seen on the local network for a few attempts. Nobody waits for it, so a dead peer costs a dial now and then.
 */
import type { Multiaddr } from '@multiformats/multiaddr';
import { nextDelayMs } from './backoff.ts';
import type { Log } from '../log.ts';
import { shortName } from './peer-name.ts';

/** Attempts in a row before a discovered peer is left alone until it is seen at another address. */
const discoveredAttempts = 5;

/** Discovered peers that are looked after at once; mDNS answers are not authenticated. */
const maxDiscovered = 256;

/** The peer with the larger id leaves the first dial to the other, or there are two connections. */
const politenessMs = 2000;

/** A connection that was lost sooner counts as a failed attempt. */
const steadyMs = 30_000;

export type Dialler = {
  readonly ownPeer: string;
  readonly isConnected: (peer: string) => boolean;
  /** Resolves once connected. */
  readonly dial: (
    peer: string,
    addresses: readonly Multiaddr[],
    signal: AbortSignal,
  ) => Promise<void>;
};

type KeptPeer = {
  readonly peer: string;
  readonly isStatic: boolean;
  /** From settings; empty for a discovered peer. */
  readonly configured: readonly Multiaddr[];
  seenAt: readonly Multiaddr[];
  failures: number;
  connectedAt: number;
  timer: NodeJS.Timeout | undefined;
  isDialling: boolean;
};

export class PeerKeeper {
  readonly #dialler: Dialler;
  readonly #log: Log;
  readonly #random: () => number;
  readonly #kept = new Map<string, KeptPeer>();
  readonly #stopping = new AbortController();

  constructor(dialler: Dialler, log: Log, random: () => number = Math.random) {
    this.#dialler = dialler;
    this.#log = log;
    this.#random = random;
  }

  /** Starts looking after peers from settings; this node itself may be among them. */
  keep(peers: readonly { readonly peer: string; readonly address: Multiaddr }[]): void {
    const grouped = Map.groupBy(peers, ({ peer }) => peer);
    grouped.delete(this.#dialler.ownPeer);
    for (const [peer, entries] of grouped) {
      const configured = entries.map(({ address }) => address);
      this.#schedule(this.#add(peer, true, configured), 0);
    }
  }

  /** A peer was seen on the local network, which happens again and again while it is there. */
  discovered(peer: string, addresses: readonly Multiaddr[]): void {
    const known = this.#kept.get(peer);
    if (known === undefined) {
      if (peer !== this.#dialler.ownPeer && this.#hasRoom()) {
        const added = this.#add(peer, false, []);
        added.seenAt = addresses;
        this.#schedule(added, peer > this.#dialler.ownPeer ? 0 : politenessMs);
      }
      return;
    }
    const before = new Set(known.seenAt.map(String));
    const hasMoved = addresses.some((address) => !before.has(address.toString()));
    known.seenAt = addresses;
    if (hasMoved && !known.isDialling) {
      known.failures = 0;
      this.#schedule(known, 0);
    }
  }

  connected(peer: string): void {
    const kept = this.#kept.get(peer);
    if (kept !== undefined) {
      clearTimeout(kept.timer);
      kept.connectedAt = performance.now();
    }
  }

  disconnected(peer: string): void {
    const kept = this.#kept.get(peer);
    if (kept !== undefined) {
      const wasSteady = performance.now() - kept.connectedAt >= steadyMs;
      kept.failures = wasSteady ? 0 : kept.failures + 1;
      this.#retry(kept);
    }
  }

  stop(): void {
    this.#stopping.abort();
    for (const kept of this.#kept.values()) {
      clearTimeout(kept.timer);
    }
  }

  #add(peer: string, isStatic: boolean, configured: readonly Multiaddr[]): KeptPeer {
    const kept: KeptPeer = {
      peer,
      isStatic,
      configured,
      seenAt: [],
      failures: 0,
      connectedAt: 0,
      timer: undefined,
      isDialling: false,
    };
    this.#kept.set(peer, kept);
    return kept;
  }

  /** Room for one more discovered peer; one that was given up makes room when there is none. */
  #hasRoom(): boolean {
    const discovered = [...this.#kept.values()].filter(({ isStatic }) => !isStatic);
    if (discovered.length < maxDiscovered) {
      return true;
    }
    const givenUp = discovered.find(
      ({ peer, failures }) => failures >= discoveredAttempts && !this.#dialler.isConnected(peer),
    );
    return givenUp !== undefined && this.#kept.delete(givenUp.peer);
  }

  #schedule(kept: KeptPeer, delayMs: number): void {
    clearTimeout(kept.timer);
    if (!this.#stopping.signal.aborted) {
      kept.timer = setTimeout(() => void this.#dial(kept), delayMs).unref();
    }
  }

  #retry(kept: KeptPeer): void {
    if (kept.isStatic || kept.failures < discoveredAttempts) {
      this.#schedule(kept, nextDelayMs(Math.max(1, kept.failures), this.#random()));
    }
  }

  async #dial(kept: KeptPeer): Promise<void> {
    if (kept.isDialling || this.#dialler.isConnected(kept.peer)) {
      return;
    }
    kept.isDialling = true;
    try {
      const addresses = [...kept.configured, ...kept.seenAt];
      await this.#dialler.dial(kept.peer, addresses, this.#stopping.signal);
    } catch (error) {
      kept.failures += 1;
      if (!this.#stopping.signal.aborted) {
        const isNews = kept.isStatic && kept.failures === 1;
        this.#log(isNews ? 'warn' : 'debug', `Peer ${shortName(kept.peer)} cannot be reached`, {
          peer: kept.peer,
          attempts: kept.failures,
          reason: error instanceof Error ? error.message : String(error),
        });
        this.#retry(kept);
      }
    } finally {
      kept.isDialling = false;
    }
  }
}

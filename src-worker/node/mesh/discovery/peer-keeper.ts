/**
 * Keeps connections to peers. It dials a peer from settings for as long as the node runs, a discovered peer for a few
 * attempts, and one from the last run for two. Nothing waits for it, so a dead peer only costs an occasional dial.
 */
import type { Multiaddr } from '@multiformats/multiaddr';
import { type BackOff, backOffMs } from '../../../../src-shared/back-off.ts';
import type { UnreachablePeer } from '../../../../src-shared/api/node-status.ts';
import { printable } from '../../../../src-shared/printable.ts';
import { dialFailure } from '../dial-failure.ts';
import { DialQueue } from './dial-queue.ts';
import type { Log } from '../../base/log.ts';
import { shortName } from '../../identity/peer-name.ts';

/** Longest reason that is shown, in UTF-16 units: it may quote the other computer. */
const longestReason = 200;

/** Failed attempts in a row after which a discovered peer is given up until it is seen at another address. */
const discoveredAttempts = 5;
/** The same for a peer from the last run, which is probably gone when it does not reply. */
const rememberedAttempts = 2;

/** Most discovered peers at once, since mDNS replies are not authenticated. */
const maxDiscovered = 256;

/** Half of each wait is random, so that peers that lost each other at the same moment do not all dial at once. */
export const peerRetries: BackOff = { firstMs: 1000, longestMs: 60_000, spread: 0.5 };

/**
 * With more peers than this, the back-off of a peer from settings grows further after this many failures in a row, up to
 * this delay in milliseconds: hundreds of dead peers should not cost several dials a second for ever.
 */
const manyPeers = 64;
const patientAttempts = 5;
const longestDelayMs = 600_000;

/** How long the peer with the larger id waits for the other's dial, in milliseconds: else both would connect at once. */
const waitForDialMs = 2000;

/** A connection that was lost sooner than this, in milliseconds, counts as a failed attempt. */
const steadyMs = 30_000;

export type Dialler = {
  readonly ownPeer: string;
  readonly isConnected: (peer: string) => boolean;
  /** Resolves once connected; gives up at the signal. */
  readonly dial: (
    peer: string,
    addresses: readonly Multiaddr[],
    signal: AbortSignal,
  ) => Promise<void>;
  /** Called when a peer from settings could not be reached, for a new reason. */
  readonly onUnreachable?: () => void;
};

type TrackedPeer = {
  readonly peer: string;
  kind: 'static' | 'discovered' | 'remembered';
  /** Addresses from settings; empty for a discovered peer. */
  configured: readonly Multiaddr[];
  seenAt: readonly Multiaddr[];
  /** Addresses that the peer told when it was last connected, which may be newer than those from settings. */
  told: readonly Multiaddr[];
  failures: number;
  /** Why the last attempt failed; undefined after one that succeeded. */
  reason: string | undefined;
  connectedAt: number;
  timer: NodeJS.Timeout | undefined;
  isDialling: boolean;
  /** It was seen at another address while it was dialled. */
  hasMoved: boolean;
};

export class PeerKeeper {
  readonly #dialler: Dialler;
  readonly #log: Log;
  readonly #random: () => number;
  readonly #tracked = new Map<string, TrackedPeer>();
  readonly #dials = new DialQueue();
  readonly #stopping = new AbortController();

  constructor(dialler: Dialler, log: Log, random: () => number = Math.random) {
    this.#dialler = dialler;
    this.#log = log;
    this.#random = random;
  }

  /**
   * Replaces the peers from settings, in the order in which they are dialled; this node itself may be among them. A peer that
   * is no longer in the settings counts as a discovered one.
   */
  keep(peers: readonly { readonly peer: string; readonly address: Multiaddr }[]): void {
    const grouped = Map.groupBy(peers, ({ peer }) => peer);
    grouped.delete(this.#dialler.ownPeer);
    for (const known of this.#tracked.values()) {
      if (known.kind === 'static' && !grouped.has(known.peer)) {
        this.#release(known);
      }
    }
    for (const [peer, entries] of grouped) {
      this.#keepOne(
        peer,
        entries.map(({ address }) => address),
      );
    }
  }

  /**
   * Dials peers of the last run, the most likely first; those that do not reply are forgotten. A peer from settings may have
   * moved since it was put there.
   */
  remembered(
    peers: readonly { readonly peer: string; readonly addresses: readonly Multiaddr[] }[],
  ): void {
    for (const { peer, addresses } of peers) {
      if (!this.#tracked.has(peer) && peer !== this.#dialler.ownPeer) {
        const added = this.#add(peer, 'remembered', []);
        added.seenAt = addresses;
        this.#schedule(added, 0);
      }
      this.told(peer, addresses);
    }
  }

  /** Takes the addresses that a peer tells of itself: where it is sought, should the connection to it be lost. */
  told(peer: string, addresses: readonly Multiaddr[]): void {
    const known = this.#tracked.get(peer);
    if (known !== undefined) {
      known.told = addresses;
    }
  }

  /**
   * Takes a discovered peer; called again and again while the peer is seen. A peer that was given up is not dialled again,
   * unless it is certainly alive.
   */
  discovered(peer: string, addresses: readonly Multiaddr[], isAlive = false): void {
    const known = this.#tracked.get(peer);
    if (known === undefined) {
      if (peer !== this.#dialler.ownPeer && this.#hasRoom()) {
        const added = this.#add(peer, 'discovered', []);
        added.seenAt = addresses;
        this.#schedule(added, peer > this.#dialler.ownPeer ? 0 : waitForDialMs);
      }
      return;
    }
    const before = new Set(known.seenAt.map(String));
    const hasMoved = addresses.some((address) => !before.has(address.toString()));
    known.seenAt = addresses;
    const isBack = isAlive && known.failures >= discoveredAttempts;
    if (known.isDialling) {
      known.hasMoved ||= hasMoved;
    } else if (hasMoved || isBack) {
      known.failures = 0;
      this.#schedule(known, 0);
    }
  }

  /** This machine's network has changed: all peers that failed before are dialled again now. */
  networkChanged(): void {
    for (const known of this.#tracked.values()) {
      if (!this.#dialler.isConnected(known.peer) && !known.isDialling) {
        known.failures = 0;
        this.#schedule(known, 0);
      }
    }
  }

  /** Whether the peer should be connected and is not. */
  isSeeking(peer: string): boolean {
    return this.#tracked.has(peer) && !this.#dialler.isConnected(peer);
  }

  /** The addresses from settings at which the last attempt failed, with the reason as the end of a sentence. */
  unreachable(): UnreachablePeer[] {
    return [...this.#tracked.values()].flatMap(({ peer, kind, configured, reason }) =>
      kind === 'static' && reason !== undefined && !this.#dialler.isConnected(peer)
        ? [{ addresses: configured.map(String), reason }]
        : [],
    );
  }

  connected(peer: string): void {
    const tracked = this.#tracked.get(peer);
    if (tracked !== undefined) {
      clearTimeout(tracked.timer);
      tracked.reason = undefined;
      tracked.connectedAt = performance.now();
    }
  }

  disconnected(peer: string): void {
    const tracked = this.#tracked.get(peer);
    if (tracked !== undefined) {
      const wasSteady = performance.now() - tracked.connectedAt >= steadyMs;
      tracked.failures = wasSteady ? 0 : tracked.failures + 1;
      this.#retry(tracked);
    }
  }

  stop(): void {
    this.#stopping.abort();
    this.#dials.clear();
    for (const tracked of this.#tracked.values()) {
      clearTimeout(tracked.timer);
    }
  }

  #keepOne(peer: string, configured: readonly Multiaddr[]): void {
    const known = this.#tracked.get(peer) ?? this.#add(peer, 'static', []);
    const isOther = known.configured.map(String).join(' ') !== configured.map(String).join(' ');
    known.kind = 'static';
    known.configured = configured;
    if (isOther && !known.isDialling && !this.#dialler.isConnected(peer)) {
      known.failures = 0;
      this.#schedule(known, 0);
    }
  }

  #release(known: TrackedPeer): void {
    known.kind = 'discovered';
    known.configured = [];
    known.reason = undefined;
    if (known.seenAt.length === 0 && !this.#dialler.isConnected(known.peer)) {
      clearTimeout(known.timer);
      this.#tracked.delete(known.peer);
    }
  }

  #add(peer: string, kind: TrackedPeer['kind'], configured: readonly Multiaddr[]): TrackedPeer {
    const tracked: TrackedPeer = {
      peer,
      kind,
      configured,
      seenAt: [],
      told: [],
      failures: 0,
      reason: undefined,
      connectedAt: 0,
      timer: undefined,
      isDialling: false,
      hasMoved: false,
    };
    this.#tracked.set(peer, tracked);
    return tracked;
  }

  /** Whether there is room for one more discovered peer; one that was given up is forgotten for it. */
  #hasRoom(): boolean {
    const discovered = [...this.#tracked.values()].filter(({ kind }) => kind === 'discovered');
    if (discovered.length < maxDiscovered) {
      return true;
    }
    const givenUp = discovered.find(
      ({ peer, failures }) => failures >= discoveredAttempts && !this.#dialler.isConnected(peer),
    );
    return givenUp !== undefined && this.#tracked.delete(givenUp.peer);
  }

  #schedule(tracked: TrackedPeer, delayMs: number): void {
    clearTimeout(tracked.timer);
    if (this.#stopping.signal.aborted) {
      return;
    }
    if (delayMs === 0) {
      this.#enqueue(tracked);
    } else {
      tracked.timer = setTimeout(() => this.#enqueue(tracked), delayMs).unref();
    }
  }

  #enqueue(tracked: TrackedPeer): void {
    const isUrgent = tracked.kind === 'discovered' && tracked.failures === 0;
    this.#dials.add(tracked.failures, isUrgent, (deadlineMs) => this.#dial(tracked, deadlineMs));
  }

  #retry(tracked: TrackedPeer): void {
    const { kind, failures, peer } = tracked;
    if (kind === 'remembered' && failures >= rememberedAttempts) {
      this.#tracked.delete(peer);
    } else if (kind !== 'discovered' || failures < discoveredAttempts) {
      const usual = backOffMs(peerRetries, Math.max(1, failures), this.#random());
      const isPatient = this.#tracked.size > manyPeers;
      const patience = isPatient ? 2 ** Math.max(0, failures - patientAttempts) : 1;
      this.#schedule(tracked, Math.min(longestDelayMs, usual * patience));
    }
  }

  #noteReason(known: TrackedPeer, reason: string): void {
    const isNews = known.reason !== reason;
    known.reason = reason;
    if (isNews && known.kind === 'static') {
      this.#dialler.onUnreachable?.();
    }
  }

  async #dial(tracked: TrackedPeer, deadlineMs: number): Promise<void> {
    const { signal } = this.#stopping;
    const isKnown = this.#tracked.get(tracked.peer) === tracked;
    if (
      !isKnown ||
      tracked.isDialling ||
      signal.aborted ||
      this.#dialler.isConnected(tracked.peer)
    ) {
      return;
    }
    tracked.isDialling = true;
    tracked.hasMoved = false;
    try {
      const { configured, seenAt, told } = tracked;
      const addresses = [
        ...new Map(
          [...configured, ...seenAt, ...told].map((each) => [each.toString(), each]),
        ).values(),
      ];
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
      await this.#dialler.dial(tracked.peer, addresses, deadline);
    } catch (error) {
      tracked.failures += 1;
      this.#noteReason(tracked, printable(dialFailure(error), longestReason));
      if (!signal.aborted && this.#tracked.get(tracked.peer) === tracked) {
        const isNews = tracked.kind === 'static' && tracked.failures === 1;
        this.#log(isNews ? 'warn' : 'debug', `Peer ${shortName(tracked.peer)} cannot be reached`, {
          peer: tracked.peer,
          attempts: tracked.failures,
          reason: tracked.reason,
        });
        if (tracked.hasMoved) {
          tracked.failures = 0;
          this.#schedule(tracked, 0);
        } else {
          this.#retry(tracked);
        }
      }
    } finally {
      tracked.isDialling = false;
    }
  }
}

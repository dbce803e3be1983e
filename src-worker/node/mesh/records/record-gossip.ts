/**
 * Forwards peers' records, so that nodes know peers to which they are not connected. Every record that is news goes at once
 * to a few peers picked at random, and a peer that connects gets all known records. A slow reader gets fewer records
 * rather than older ones: of each signer only the newest waits for it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { recordLifetimeMs, type PeerRecord } from './record.ts';
import { recordsPerSecond } from './record-intake.ts';

/** To how many peers news is forwarded. In a mesh of thousands some miss a record, and get the next one 20 seconds later. */
const fanOut = 4;

/** Most bytes of records that are kept for peers that connect. */
const maxBytes = 8 * 1024 * 1024;

/** Forwarded records a second: fewer than peers accept, so that a channel is never blocked. */
const forwardsPerSecond = recordsPerSecond * 0.8;

/**
 * Greatest age of a forwarded record, in milliseconds, by its sequence number, which is a time. A peer's highest sequence is
 * remembered for as long, so that no peer can bring one back with an old record.
 */
const maxAgeMs = 10 * recordLifetimeMs;

/** Whether a forwarded record is recent enough to be believed; a peer's own record always is. */
export function isTimely(sequence: number, now: number): boolean {
  return Math.abs(now - sequence) < maxAgeMs;
}

type RecentRecord = {
  readonly bytes: Uint8Array;
  readonly poolOnly: boolean;
  readonly until: number;
};

export type GossipOptions = {
  /** Sends a record to a peer; resolves when the next may follow, and never rejects. */
  readonly forward: (to: string, bytes: Uint8Array) => Promise<void>;
  /** Whether both peers share a pool. */
  readonly shareAPool: (one: string, other: string) => boolean;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
};

export class RecordGossip {
  readonly #options: GossipOptions;
  readonly #random: () => number;
  /** Records that wait to be sent, by receiver and then by signer. */
  readonly #waiting = new Map<string, Map<string, Uint8Array>>();
  /** The newest record of each signer, the oldest first. */
  readonly #recent = new Map<string, RecentRecord>();
  #bytes = 0;

  constructor(options: GossipOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Sends all known records to a peer that has connected. */
  connected(peer: string): void {
    this.#waiting.set(peer, new Map());
    this.#forgetOld();
    for (const [signer, { bytes, poolOnly }] of this.#recent) {
      this.#tell(peer, signer, bytes, poolOnly);
    }
  }

  disconnected(peer: string): void {
    this.#waiting.delete(peer);
  }

  /** Takes a verified record that is news, from its signer or forwarded by another peer. */
  heard(signer: string, record: PeerRecord, from: string, bytes: Uint8Array): void {
    const poolOnly = record.poolOnly === true;
    this.#keep(signer, record, { bytes, poolOnly, until: performance.now() + recordLifetimeMs });
    const others = [...this.#waiting.keys()].filter((peer) => peer !== signer && peer !== from);
    for (const peer of this.#some(others)) {
      this.#tell(peer, signer, bytes, poolOnly);
    }
  }

  #tell(peer: string, signer: string, bytes: Uint8Array, poolOnly: boolean): void {
    const waiting = this.#waiting.get(peer);
    const isFor = signer !== peer && (!poolOnly || this.#options.shareAPool(signer, peer));
    if (waiting === undefined || !isFor) {
      return;
    }
    const isIdle = waiting.size === 0;
    waiting.set(signer, bytes);
    if (isIdle) {
      void this.#pump(peer, waiting);
    }
  }

  /** Sends waiting records one at a time. A record stays in the map while it is sent, so that each peer has one pump. */
  async #pump(peer: string, waiting: Map<string, Uint8Array>): Promise<void> {
    for (let next = first(waiting); next !== undefined; next = first(waiting)) {
      const [signer, bytes] = next;
      if (this.#waiting.get(peer) !== waiting) {
        return;
      }
      await this.#options.forward(peer, bytes);
      if (waiting.size > 1) {
        await delay(1000 / forwardsPerSecond, undefined, { ref: false });
      }
      if (waiting.get(signer) === bytes) {
        waiting.delete(signer);
      }
    }
  }

  #some(peers: string[]): string[] {
    for (let index = 0; index < Math.min(fanOut, peers.length); index += 1) {
      const other = index + Math.floor(this.#random() * (peers.length - index));
      [peers[index], peers[other]] = [peers[other] ?? '', peers[index] ?? ''];
    }
    return peers.slice(0, fanOut);
  }

  #keep(signer: string, { state }: PeerRecord, record: RecentRecord): void {
    this.#drop(signer);
    if (state !== 'leaving') {
      this.#recent.set(signer, record);
      this.#bytes += record.bytes.byteLength;
    }
    this.#forgetOld();
  }

  #forgetOld(): void {
    const now = performance.now();
    for (const [signer, { until }] of this.#recent) {
      if (until > now && this.#bytes <= maxBytes) {
        return;
      }
      this.#drop(signer);
    }
  }

  #drop(signer: string): void {
    this.#bytes -= this.#recent.get(signer)?.bytes.byteLength ?? 0;
    this.#recent.delete(signer);
  }
}

function first(waiting: ReadonlyMap<string, Uint8Array>): [string, Uint8Array] | undefined {
  const [entry] = waiting;
  return entry;
}

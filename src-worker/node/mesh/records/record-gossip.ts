/**
 * Passes on what peers say about themselves, so that those are known who are not connected: every record that
 * is news goes on at once to a few peers picked at random, and who connects is told all that is known. A peer
 * that reads slowly is told less often, never more late: of each signer only the newest record waits.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { recordLifetimeMs, type PeerRecord } from './record.ts';
import { recordsPerSecond } from './record-intake.ts';

/** Peers that news is passed on to. In a mesh of thousands some miss a record and have the next one, twenty seconds later. */
const fanOut = 4;

/** Records remembered for peers that connect: as many as there may be, and no more than so many bytes. */
const maxBytes = 8 * 1024 * 1024;

/** Slower than peers take them in, so that a channel is never blocked. */
const forwardsPerSecond = recordsPerSecond * 0.8;

/**
 * Sequence numbers are times. What is forwarded must be from these last minutes: for as long a peer's highest
 * sequence is remembered, so no one brings peers back by old records of theirs. In milliseconds.
 */
const maxAgeMs = 10 * recordLifetimeMs;

/** Whether a forwarded record may be believed by its time; one that comes from its own peer always may. */
export function isTimely(sequence: number, now: number): boolean {
  return Math.abs(now - sequence) < maxAgeMs;
}

type RecentRecord = {
  readonly bytes: Uint8Array;
  readonly poolOnly: boolean;
  readonly until: number;
};

export type GossipOptions = {
  /** Resolves when the next may follow; never rejects. */
  readonly forward: (to: string, bytes: Uint8Array) => Promise<void>;
  /** Whether both are in a pool together. */
  readonly shareAPool: (one: string, other: string) => boolean;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
};

export class RecordGossip {
  readonly #options: GossipOptions;
  readonly #random: () => number;
  /** What waits to be told, by listener and then by signer. */
  readonly #waiting = new Map<string, Map<string, Uint8Array>>();
  /** Newest records, the oldest first, by signer. */
  readonly #recent = new Map<string, RecentRecord>();
  #bytes = 0;

  constructor(options: GossipOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** A peer is there; it is told what is known. */
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

  /** A record that was verified and is news, from its own peer or another one. */
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

  /** One at a time; what is told stays in line until it is, so that there is one pump. */
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

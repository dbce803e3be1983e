/**
 * The peers' records that are still believed. Pure but for the clock it is given; the caller of `accept` has verified the
 * signature.
 */
import { recordLifetimeMs, type PeerRecord } from './record.ts';

/** Most peers in the book: more than one machine can be connected to. */
const maxPeers = 16_384;
/** Most memory for their records, in bytes by `weightOf`: honest records of that many peers take half of it. */
const maxBytes = 64 * 1024 * 1024;

/**
 * How long a peer's highest sequence is remembered after its last record, so that an old record of it that another peer
 * sends again is not taken for news.
 */
const memoryMs = 10 * recordLifetimeMs;

type Entry = {
  readonly sequence: number;
  readonly receivedAt: number;
  /** Undefined once the peer has left, or the record has expired or is doubted. */
  record: PeerRecord | undefined;
  /** Approximate bytes of memory; an entry without a record counts as 0. */
  weight: number;
};

export type HeardRecord = {
  readonly peer: string;
  readonly record: PeerRecord;
  readonly receivedAt: number;
};

export class RecordBook {
  readonly #now: () => number;
  /** Entries in order of receipt, the oldest first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  /** `now` is a clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a record of the peer with this sequence would be news. */
  isNews(peer: string, sequence: number): boolean {
    return sequence > (this.#entries.get(peer)?.sequence ?? -1);
  }

  /**
   * Takes a verified record, unless it has an equal one, or for a forwarded record a newer one; returns whether it did. When
   * the book is full, a peer's own record replaces the oldest entry, and a forwarded record of an unknown peer is refused.
   */
  accept(peer: string, record: PeerRecord, isForwarded: boolean): boolean {
    // A peer's own record is the newest one, even if its clock was set back.
    const before = this.#entries.get(peer);
    const isLeaving = record.state === 'leaving';
    const isNews = isForwarded
      ? this.isNews(peer, record.sequence)
      : record.sequence !== before?.sequence || (before.record === undefined && !isLeaving);
    if (!isNews) {
      return false;
    }
    const weight = isLeaving ? 0 : weightOf(record);
    const others = this.#entries.size - (before === undefined ? 0 : 1);
    const bytes = this.#bytes - (before?.weight ?? 0) + weight;
    if (isForwarded && (others >= maxPeers || bytes > maxBytes)) {
      return false;
    }
    this.#delete(peer);
    this.#makeRoom(weight);
    this.#entries.set(peer, {
      sequence: record.sequence,
      receivedAt: this.#now(),
      record: isLeaving ? undefined : record,
      weight,
    });
    this.#bytes += weight;
    return true;
  }

  /** The peer's latest record, if it is believed now. */
  get(peer: string): HeardRecord | undefined {
    const { record, receivedAt } = this.#entries.get(peer) ?? { receivedAt: 0 };
    return record !== undefined && receivedAt > this.#now() - recordLifetimeMs
      ? { peer, record, receivedAt }
      : undefined;
  }

  /** Stops believing the peer's record. A new record from the peer itself, or a newer forwarded one, is believed again. */
  doubt(peer: string): void {
    const entry = this.#entries.get(peer);
    if (entry !== undefined) {
      entry.record = undefined;
      this.#bytes -= entry.weight;
      entry.weight = 0;
    }
  }

  /** The records that are believed now. */
  all(): HeardRecord[] {
    const believedFrom = this.#now() - recordLifetimeMs;
    return [...this.#entries].flatMap(([peer, { record, receivedAt }]) =>
      record !== undefined && receivedAt > believedFrom ? [{ peer, record, receivedAt }] : [],
    );
  }

  /** Forgets what is no longer believed; returns whether there was any. */
  expire(): boolean {
    const now = this.#now();
    let anyExpired = false;
    for (const [peer, entry] of this.#entries) {
      if (entry.record !== undefined && entry.receivedAt <= now - recordLifetimeMs) {
        entry.record = undefined;
        this.#bytes -= entry.weight;
        entry.weight = 0;
        anyExpired = true;
      }
      if (entry.receivedAt <= now - memoryMs) {
        this.#delete(peer);
      }
    }
    return anyExpired;
  }

  /** The time at which the next record expires, by the clock. */
  nextExpiry(): number | undefined {
    for (const { record, receivedAt } of this.#entries.values()) {
      if (record !== undefined) {
        return receivedAt + recordLifetimeMs;
      }
    }
    return undefined;
  }

  /** Drops the oldest entries until one more of this weight fits. */
  #makeRoom(weight: number): void {
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < maxPeers && this.#bytes + weight <= maxBytes) {
        return;
      }
      this.#delete(oldest);
    }
  }

  #delete(peer: string): void {
    this.#bytes -= this.#entries.get(peer)?.weight ?? 0;
    this.#entries.delete(peer);
  }
}

/** The approximate memory of a record in bytes, by measurements of real records. */
function weightOf({ addresses, models, stores, shards, planned, demand }: PeerRecord): number {
  return (
    500 +
    200 * addresses.length +
    600 * (models.length + (stores?.length ?? 0)) +
    300 * shards.length +
    150 * (planned?.length ?? 0) +
    200 * Object.keys(demand ?? {}).length
  );
}

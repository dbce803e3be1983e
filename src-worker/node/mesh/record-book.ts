/**
 * What peers have said about themselves and is still believed. Pure but for the clock it is given; whoever
 * calls `accept` has checked the signature.
 */
import { recordLifetimeMs, type PeerRecord } from './record.ts';

/** Most peers in the book; more than one machine can talk to, and still little memory. */
const maxPeers = 2048;

/**
 * How long a peer's highest sequence is remembered after its last record, so that a former record of it,
 * sent again by somebody else, is not taken for news.
 */
const memoryMs = 10 * recordLifetimeMs;

type Entry = {
  readonly sequence: number;
  readonly receivedAt: number;
  /** Undefined once the peer has left or the record has expired. */
  record: PeerRecord | undefined;
};

export type HeardRecord = {
  readonly peer: string;
  readonly record: PeerRecord;
  readonly receivedAt: number;
};

export class RecordBook {
  readonly #now: () => number;
  /** In order of receipt, the oldest first. */
  readonly #entries = new Map<string, Entry>();

  /** `now` is a clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a record of the peer with this sequence would be news; cheap, to be asked before verifying. */
  isNews(peer: string, sequence: number): boolean {
    return sequence > (this.#entries.get(peer)?.sequence ?? -1);
  }

  /**
   * Takes a verified record in, unless a newer or equal one was there; returns whether it did. A full book
   * drops the oldest for a peer that speaks for itself, and refuses strangers that another peer speaks of.
   */
  accept(peer: string, record: PeerRecord, isForwarded: boolean): boolean {
    if (!this.isNews(peer, record.sequence)) {
      return false;
    }
    this.#entries.delete(peer);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= maxPeers) {
      if (isForwarded) {
        return false;
      }
      this.#entries.delete(oldest);
    }
    this.#entries.set(peer, {
      sequence: record.sequence,
      receivedAt: this.#now(),
      record: record.state === 'leaving' ? undefined : record,
    });
    return true;
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
        anyExpired = true;
      }
      if (entry.receivedAt <= now - memoryMs) {
        this.#entries.delete(peer);
      }
    }
    return anyExpired;
  }

  /** When the next record expires, in the clock's milliseconds. */
  nextExpiry(): number | undefined {
    for (const { record, receivedAt } of this.#entries.values()) {
      if (record !== undefined) {
        return receivedAt + recordLifetimeMs;
      }
    }
    return undefined;
  }
}

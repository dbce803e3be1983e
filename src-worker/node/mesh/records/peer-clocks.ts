/**
 * Finds out whether this machine's clock is wrong, by the records of connected peers, which each peer numbers by its own
 * clock. A single peer may be wrong itself, so several have to agree, and more than half of all.
 */
/** Clocks that differ by less agree, in milliseconds: a record may be several seconds old when it is sent, and travels. */
const agreeWithinMs = 60_000;
const leastPeers = 2;
/** Least error that is reported, in milliseconds; less does no harm, as records and certificates allow for ten minutes. */
const leastOffMs = 5 * 60_000;

export class PeerClocks {
  readonly #now: () => number;
  /** By peer, how far this machine's clock is ahead of the peer's, in milliseconds. */
  readonly #ahead = new Map<string, number>();

  /** `now`: milliseconds since 1970 by this machine's clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes the time of a record that the peer itself has just sent, by the peer's clock. */
  heard(peer: string, time: number): void {
    this.#ahead.set(peer, this.#now() - time);
  }

  disconnected(peer: string): void {
    this.#ahead.delete(peer);
  }

  /** How far this machine's clock is ahead, in whole minutes as milliseconds, negative if behind; 0 while it may be right. */
  get aheadMs(): number {
    const all = [...this.#ahead.values()].toSorted((a, b) => a - b);
    const usual = all[Math.floor(all.length / 2)] ?? 0;
    const agreeing = all.filter((ahead) => Math.abs(ahead - usual) <= agreeWithinMs);
    const isCertain = agreeing.length >= leastPeers && 2 * agreeing.length > all.length;
    return isCertain && Math.abs(usual) >= leastOffMs ? Math.round(usual / 60_000) * 60_000 : 0;
  }
}

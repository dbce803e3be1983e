/**
 * Whether this machine's clock is wrong, by what connected peers say the time is: each numbers its records by its own
 * clock. One peer may be wrong itself, so it takes several that agree, and more than half of all.
 */
/** A record may be as old as it takes to be told to the next peer, and is on its way for a moment. */
const agreeWithinMs = 60_000;
const leastPeers = 2;
/** A smaller difference does no harm: records and certificates are believed for ten minutes in both directions. */
const leastOffMs = 5 * 60_000;

export class PeerClocks {
  readonly #now: () => number;
  /** By peer, how far this machine's clock is ahead of its own, in milliseconds. */
  readonly #ahead = new Map<string, number>();

  /** `now`: milliseconds since 1970 by this machine's clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The peer itself has just sent a record that it made at `time`, by its clock. */
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

/**
 * Peers that refused a request which others then answered. Once may be an honest mistake: a peer with less room than it
 * said, or with an older version. A second time soon after is a fault. So a liar costs a question one more try an hour,
 * and an honest stage that refuses what is truly wrong loses nothing, since no other chain answers that.
 */

/** A second wrong refusal within this time counts, in milliseconds. */
const rememberedMs = 3600_000;
/** Most peers that are remembered; the one whose refusal is longest ago goes first. */
export const maxRemembered = 4096;

export class WrongRefusals {
  readonly #now: () => number;
  /** Peer → when it last refused wrongly, the latest last. */
  readonly #at = new Map<string, number>();

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#at.size;
  }

  /** Notes a wrong refusal; returns whether it is a fault, after which the peer starts anew. */
  isFault(peer: string): boolean {
    const before = this.#at.get(peer);
    const isFault = before !== undefined && this.#now() - before <= rememberedMs;
    this.#at.delete(peer);
    if (!isFault) {
      const [oldest] = this.#at.keys();
      if (oldest !== undefined && this.#at.size >= maxRemembered) {
        this.#at.delete(oldest);
      }
      this.#at.set(peer, this.#now());
    }
    return isFault;
  }
}

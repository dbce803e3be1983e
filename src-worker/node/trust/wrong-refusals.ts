/**
 * Peers that refused a request which others then answered. Once may be an honest mistake: a peer with less room than it
 * said, or with an older version. A second time soon after is a fault. So a liar costs a question one more try an hour,
 * and an honest stage that refuses what is truly wrong loses nothing, since no other chain answers that.
 */
import { RecentMap } from '../base/recent-map.ts';
import { mostBlamed, refusalsCountForMs } from './faults.ts';

export class WrongRefusals {
  readonly #now: () => number;
  /** Peer → when it last refused wrongly. */
  readonly #at = new RecentMap<number>(mostBlamed);

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
    const isFault = before !== undefined && this.#now() - before <= refusalsCountForMs;
    if (isFault) {
      this.#at.delete(peer);
    } else {
      this.#at.set(peer, this.#now());
    }
    return isFault;
  }
}

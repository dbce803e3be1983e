/**
 * Peers that refused a request which others then answered. Once may be an honest mistake, of a peer with less room than its
 * record said or with an older version; a second time soon after is a fault. A lying peer thus costs one more try an hour,
 * and an honest one that refuses an invalid request loses nothing, since no other chain answers it.
 */
import { RecentMap } from '../base/recent-map.ts';
import { mostBlamed, refusalsCountForMs } from './faults.ts';

export class WrongRefusals {
  readonly #now: () => number;
  /** Peer → the time of its last wrong refusal. */
  readonly #at = new RecentMap<number>(mostBlamed);

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#at.size;
  }

  /** Notes a wrong refusal; returns whether it is a fault, after which counting for the peer starts anew. */
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

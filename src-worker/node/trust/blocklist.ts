/**
 * Peers that broke protocols again and again: they are disconnected and may not connect for a while. A single violation
 * only ends its channel, since a later version may send what this one does not understand.
 */
import { RecentMap } from '../base/recent-map.ts';
import { barredForMs, mostBlamed, violationsToBar } from './faults.ts';

type Account = { readonly since: number; readonly violations: number };

export class Blocklist {
  readonly #now: () => number;
  readonly #accounts = new RecentMap<Account>(mostBlamed);

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the peer may not connect now. */
  has(peer: string): boolean {
    return (this.#current(peer)?.violations ?? 0) >= violationsToBar;
  }

  /** Counts a protocol violation of the peer; returns whether this one bars it. */
  violated(peer: string): boolean {
    const { since, violations } = this.#current(peer) ?? { since: this.#now(), violations: 0 };
    this.#accounts.set(peer, { since, violations: violations + 1 });
    return violations + 1 === violationsToBar;
  }

  #current(peer: string): Account | undefined {
    const account = this.#accounts.get(peer);
    if (account !== undefined && this.#now() - account.since >= barredForMs) {
      this.#accounts.delete(peer);
      return undefined;
    }
    return account;
  }
}

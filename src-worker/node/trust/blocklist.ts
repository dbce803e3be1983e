/**
 * Peers that broke rules again and again: they are cut off and not talked to for a while. One violation ends a channel
 * and no more, since a version to come may say what this one does not understand.
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

  /** Whether the peer is not to be talked to. */
  has(peer: string): boolean {
    return (this.#current(peer)?.violations ?? 0) >= violationsToBar;
  }

  /** The peer broke the rules of a protocol; returns whether it is barred from now on, and was not before. */
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

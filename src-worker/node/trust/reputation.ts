/**
 * How far each peer is trusted to do what it says: full trust at first, less after each fault, and again more as time
 * goes by without one. It makes a peer dearer to the router, and one that is distrusted is used only where no chain
 * without it exists: a peer that is alone in having some layers is still better than none.
 */
import { RecentMap } from '../base/recent-map.ts';
import {
  blameHalfLifeMs,
  type Fault,
  faults,
  leastBlame,
  mostBlame,
  mostBlamed,
} from './faults.ts';

/** Below this a peer has lately lied, or broken rules twice: it is asked only where no other peer helps. */
const leastTrust = 0.25;

/** `reputation`: absent for a peer of which nothing is known. */
export function isDistrusted(reputation = 1): boolean {
  return reputation < leastTrust;
}

type Blame = { readonly blame: number; readonly at: number };

export class Reputation {
  readonly #now: () => number;
  readonly #onLowered: () => void;
  /** The latest fault last. */
  readonly #blamed = new RecentMap<Blame>(mostBlamed);

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number, onLowered: () => void = () => {}) {
    this.#now = now;
    this.#onLowered = onLowered;
  }

  get size(): number {
    return this.#blamed.size;
  }

  /** From 1 (no fault known) down to nearly 0. */
  of(peer: string): number {
    return 1 / (1 + this.#blameOf(peer));
  }

  lower(peer: string, fault: Fault): void {
    const blame = Math.min(mostBlame, this.#blameOf(peer) + faults[fault].blame);
    this.#blamed.set(peer, { blame, at: this.#now() });
    this.#onLowered();
  }

  /** How much each peer is to blame now, the latest fault last: for `restore`. */
  blamed(): [peer: string, blame: number][] {
    return this.#blamed
      .keys()
      .map((peer): [string, number] => [peer, this.#blameOf(peer)])
      .filter(([, blame]) => blame > 0);
  }

  /** Takes up what was known of peers so many milliseconds ago. */
  restore(blamed: readonly (readonly [peer: string, blame: number])[], ageMs: number): void {
    for (const [peer, blame] of blamed) {
      this.#blamed.set(peer, { blame: Math.min(mostBlame, blame), at: this.#now() - ageMs });
    }
  }

  #blameOf(peer: string): number {
    const known = this.#blamed.get(peer);
    if (known === undefined) {
      return 0;
    }
    const blame = known.blame * 0.5 ** ((this.#now() - known.at) / blameHalfLifeMs);
    if (blame >= leastBlame) {
      return blame;
    }
    this.#blamed.delete(peer);
    return 0;
  }
}

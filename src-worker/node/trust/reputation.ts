/**
 * How far each peer is trusted to do what it says: fully at first, less after each fault, and more again as time passes
 * without one. A low reputation makes a peer's stages dearer to the route planner. A distrusted peer is used only where no
 * chain without it exists: if it alone hosts some layers, it is still better than no chain.
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

/** A peer below this has recently lied, or broken rules twice: it is used only where no other peer can serve. */
const leastTrust = 0.25;

/** `reputation`: absent for a peer without known faults. */
export function isDistrusted(reputation = 1): boolean {
  return reputation < leastTrust;
}

type Blame = { readonly blame: number; readonly at: number };

export class Reputation {
  readonly #now: () => number;
  readonly #onLowered: () => void;
  /** Blame by peer, the latest fault last. */
  readonly #blamed = new RecentMap<Blame>(mostBlamed);

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number, onLowered: () => void = () => {}) {
    this.#now = now;
    this.#onLowered = onLowered;
  }

  get size(): number {
    return this.#blamed.size;
  }

  /** The peer's reputation, from 1 (no fault known) down to nearly 0. */
  of(peer: string): number {
    return 1 / (1 + this.#blameOf(peer));
  }

  lower(peer: string, fault: Fault): void {
    const blame = Math.min(mostBlame, this.#blameOf(peer) + faults[fault].blame);
    this.#blamed.set(peer, { blame, at: this.#now() });
    this.#onLowered();
  }

  /** The blame of each peer now, the latest fault last, as `restore` takes it. */
  blamed(): [peer: string, blame: number][] {
    return this.#blamed
      .keys()
      .map((peer): [string, number] => [peer, this.#blameOf(peer)])
      .filter(([, blame]) => blame > 0);
  }

  /** Restores the blame that peers had `ageMs` milliseconds ago. */
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

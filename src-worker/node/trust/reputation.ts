/**
 * How far each peer is trusted to do what it says: full trust at first, less after each fault, and again more as time
 * goes by without one. It makes a peer dearer to the router, and one that is distrusted is used only where no chain
 * without it exists: a peer that is alone in having some layers is still better than nobody.
 */

/**
 * What a fault counts: `lied` sent bytes that are not what they should be or refused what others did, `violated` broke a
 * protocol's rules.
 */
const weights = { lied: 4, violated: 2, failed: 0.5, stalled: 0.25 } as const;
export type PeerFault = keyof typeof weights;

/** After this much time a fault counts half, in milliseconds. */
const halfLifeMs = 10 * 60_000;
/** Below this a fault is forgotten. */
const leastBlame = 0.02;
/** More makes no difference to anybody, and would take longer to be forgotten than a peer deserves. */
const mostBlame = 20;
/** Most peers with faults; the one whose last fault is longest ago goes first. */
export const maxBlamed = 4096;

/** Below this a peer has lately lied, or broken rules twice: it is asked only where nobody else helps. */
const leastTrust = 0.25;

export function isDistrusted(standing = 1): boolean {
  return standing < leastTrust;
}

type Blame = { readonly blame: number; readonly at: number };

export class Reputation {
  readonly #now: () => number;
  readonly #onLowered: () => void;
  /** The latest fault last. */
  readonly #blamed = new Map<string, Blame>();

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

  lower(peer: string, fault: PeerFault): void {
    const blame = Math.min(mostBlame, this.#blameOf(peer) + weights[fault]);
    this.#blamed.delete(peer);
    const [oldest] = this.#blamed.keys();
    if (oldest !== undefined && this.#blamed.size >= maxBlamed) {
      this.#blamed.delete(oldest);
    }
    this.#blamed.set(peer, { blame, at: this.#now() });
    this.#onLowered();
  }

  /** How much each peer is to blame now, the latest fault last: for `restore`. */
  blamed(): [peer: string, blame: number][] {
    return [...this.#blamed.keys()]
      .map((peer): [string, number] => [peer, this.#blameOf(peer)])
      .filter(([, blame]) => blame > 0);
  }

  /** Takes up what was known of peers so many milliseconds ago. */
  restore(blamed: readonly (readonly [peer: string, blame: number])[], ageMs: number): void {
    for (const [peer, blame] of blamed.slice(-maxBlamed)) {
      this.#blamed.set(peer, { blame: Math.min(mostBlame, blame), at: this.#now() - ageMs });
    }
  }

  #blameOf(peer: string): number {
    const known = this.#blamed.get(peer);
    if (known === undefined) {
      return 0;
    }
    const blame = known.blame * 0.5 ** ((this.#now() - known.at) / halfLifeMs);
    if (blame >= leastBlame) {
      return blame;
    }
    this.#blamed.delete(peer);
    return 0;
  }
}

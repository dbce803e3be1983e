/**
 * Chooses which keys found under the mesh's topic are dialled. Anybody may announce any number of keys there, and a node of
 * the DHT may invent some, so a key is worth an attempt and no more: few at once, few a minute, none again for a long
 * time. Pure but for its clock and chance.
 */

import { type BackOff, backOffMs } from '../../../../src-shared/back-off.ts';

/** Most keys of one reply that are looked at; an honest node of the DHT gives twenty. */
const maxPerReply = 20;
/** Most replies of one look-up that are looked at. */
const maxReplies = 64;

/** Most keys that one look-up dials: the most that false announcements cost. */
export const maxDialsPerLookUp = 8;

/** How long a key that was dialled is left alone: ever longer. */
const again: BackOff = { firstMs: 20_000, longestMs: 1_200_000 };
/** Most keys that are remembered for that. */
const maxRemembered = 1024;

export class KeyPicker {
  readonly #now: () => number;
  readonly #random: () => number;
  /** When each key was dialled last, and how often, the oldest first. */
  readonly #dialled = new Map<string, { readonly at: number; readonly times: number }>();

  /** `now`: a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now(), random: () => number = Math.random) {
    this.#now = now;
    this.#random = random;
  }

  /**
   * The keys to dial, hexadecimal, of the replies of one look-up; they count as dialled. Each replying node has the same weight,
   * however many keys it names. `isKnown`: whether a key is this node's own or of a connected peer.
   */
  pick(replies: readonly (readonly string[])[], isKnown: (key: string) => boolean): string[] {
    const left = replies
      .slice(0, maxReplies)
      .map((keys) => this.#shuffled(keys.slice(0, maxPerReply)));
    const picked = new Set<string>();
    while (picked.size < maxDialsPerLookUp && left.length > 0) {
      const index = Math.floor(this.#random() * left.length);
      const key = left[index]?.pop();
      if (key === undefined) {
        left.splice(index, 1);
      } else if (!isKnown(key) && this.#isDue(key)) {
        picked.add(key);
      }
    }
    picked.forEach((key) => this.#remember(key));
    return [...picked];
  }

  /** This machine's network has changed: what could not be reached may be reachable now. */
  forget(): void {
    this.#dialled.clear();
  }

  #isDue(key: string): boolean {
    const dialled = this.#dialled.get(key);
    return dialled === undefined || this.#now() - dialled.at >= backOffMs(again, dialled.times);
  }

  #remember(key: string): void {
    const times = (this.#dialled.get(key)?.times ?? 0) + 1;
    this.#dialled.delete(key);
    this.#dialled.set(key, { at: this.#now(), times });
    const [oldest] = this.#dialled.keys();
    if (this.#dialled.size > maxRemembered && oldest !== undefined) {
      this.#dialled.delete(oldest);
    }
  }

  #shuffled(keys: readonly string[]): string[] {
    return keys
      .map((key) => ({ key, at: this.#random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ key }) => key);
  }
}

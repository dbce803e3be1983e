/**
 * What is left in a shard's cache of sessions that have ended, for the next question of the same conversation: it has
 * no claim to anything. A session that needs the room gets it at once, the oldest going first, and all of it goes after a few
 * minutes, since it is made from what a person asked.
 */

/** A person who reads an answer and asks again does so within minutes, in milliseconds. */
export const keepForMs = 300_000;

export type PrefixCacheOptions = {
  /** Most of all, however much room there is: batches of others are computed past the prefixes. */
  readonly maxSequences: number;
  readonly maxTokens: number;
  /** The sequence with this number is not needed any more. */
  readonly onDropped: (number: number) => void;
};

type CachedPrefix = {
  readonly name: string;
  readonly number: number;
  readonly tokens: number;
  readonly end: NodeJS.Timeout;
};

export class PrefixCache {
  readonly #options: PrefixCacheOptions;
  /** The oldest first. */
  readonly #all = new Map<string, CachedPrefix>();

  constructor(options: PrefixCacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.size;
  }

  get tokens(): number {
    return [...this.#all.values()].reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** `name` says which requester may resume it and as what; of two with the same name the later one stays. */
  add(name: string, number: number, tokens: number): void {
    this.#drop(name);
    const end = setTimeout(() => this.#drop(name), keepForMs).unref();
    this.#all.set(name, { name, number, tokens, end });
    this.shrinkTo(this.#options.maxSequences, this.#options.maxTokens);
  }

  /** The number of a sequence that is to be resumed; from now on it is not cached here. */
  take(name: string): number | undefined {
    const prefix = this.#all.get(name);
    clearTimeout(prefix?.end);
    this.#all.delete(name);
    return prefix?.number;
  }

  /** Drops the oldest until what is left needs no more than so many sequences and tokens. */
  shrinkTo(sequences: number, tokens: number): void {
    for (const name of this.#all.keys()) {
      if (this.size <= sequences && this.tokens <= tokens) {
        return;
      }
      this.#drop(name);
    }
  }

  clear(): void {
    this.shrinkTo(0, 0);
  }

  #drop(name: string): void {
    const number = this.take(name);
    if (number !== undefined) {
      this.#options.onDropped(number);
    }
  }
}

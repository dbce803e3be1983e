/**
 * The prefixes that ended sessions left in a shard's cache, for the next question of the same conversation. They have no claim
 * to their room: a session that needs it gets it at once, from the oldest prefix first. All are dropped after a few minutes,
 * since they are made from users' questions.
 */

/** How long a prefix is kept, in milliseconds: a follow-up question comes within minutes. */
export const keepForMs = 300_000;

export type PrefixCacheOptions = {
  /** Most prefixes, however much room there is: each makes the batches of other sessions slower. */
  readonly maxSequences: number;
  readonly maxTokens: number;
  /** Called with the number of a sequence that was dropped. */
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
  /** All prefixes by name, the oldest first. */
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

  /** `name` includes the requester that may resume the prefix; of two with the same name the later one stays. */
  add(name: string, number: number, tokens: number): void {
    this.#drop(name);
    const end = setTimeout(() => this.#drop(name), keepForMs).unref();
    this.#all.set(name, { name, number, tokens, end });
    this.shrinkTo(this.#options.maxSequences, this.#options.maxTokens);
  }

  /** Takes out the sequence to be resumed and returns its number; undefined when there is none. */
  take(name: string): number | undefined {
    const prefix = this.#all.get(name);
    clearTimeout(prefix?.end);
    this.#all.delete(name);
    return prefix?.number;
  }

  /** Drops the oldest until the others need no more than these sequences and tokens. */
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

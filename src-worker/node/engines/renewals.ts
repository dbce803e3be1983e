/** Shards that are loaded anew, one after the other: two engines at once may not fit into the memory. */
export class Renewals {
  readonly #pending = new Map<string, Promise<void>>();
  #last: Promise<void> = Promise.resolve();

  /** `renew` is called when it is the turn of this shard, and never rejects. */
  add(key: string, renew: () => Promise<void>): void {
    const renewal = this.#last.then(renew).finally(() => {
      if (this.#pending.get(key) === renewal) {
        this.#pending.delete(key);
      }
    });
    this.#pending.set(key, renewal);
    this.#last = renewal;
  }

  /** Resolves when the shard is there again, or has failed; undefined while it is not to be loaded anew. */
  of(key: string): Promise<void> | undefined {
    return this.#pending.get(key);
  }
}

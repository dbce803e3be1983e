/** Shards that are being reloaded, one after the other: two engines at once may not fit into the memory. */
export class Renewals {
  readonly #pending = new Map<string, Promise<void>>();
  #last: Promise<void> = Promise.resolve();

  /** Queues a shard; `renew` is called in its turn and never rejects. */
  add(key: string, renew: () => Promise<void>): void {
    const renewal = this.#last.then(renew).finally(() => {
      if (this.#pending.get(key) === renewal) {
        this.#pending.delete(key);
      }
    });
    this.#pending.set(key, renewal);
    this.#last = renewal;
  }

  /** Resolves when the shard is loaded again or has failed; undefined when it is not being reloaded. */
  of(key: string): Promise<void> | undefined {
    return this.#pending.get(key);
  }
}

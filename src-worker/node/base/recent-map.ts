/** A map with a bounded number of entries, for data that strangers send: a full map drops the entry set longest ago. */
export class RecentMap<Value> {
  readonly #most: number;
  /** The entries, the latest last. */
  readonly #entries = new Map<string, Value>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  /** Sets the entry and makes it the latest. */
  set(key: string, value: Value): void {
    this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= this.#most) {
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** All keys, the latest last. */
  keys(): string[] {
    return [...this.#entries.keys()];
  }
}

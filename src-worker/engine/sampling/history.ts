/**
 * The tokens that a session generated, with their positions, so that it can be truncated: tokens at
 * or after the next position to be sampled are no longer part of the text.
 */
export class GeneratedHistory {
  /** Ascending positions, with gaps where tokens came from outside between two answers. */
  readonly #entries: { position: number | undefined; token: number }[];
  readonly #counts = new Map<number, number>();

  /** @param earlier tokens generated before this engine joined; their positions are before the first sampled one */
  constructor(earlier: readonly number[]) {
    this.#entries = earlier.map((token) => ({ position: undefined, token }));
    for (const token of earlier) {
      this.#add(token, 1);
    }
  }

  /** How often each token was generated. */
  get counts(): ReadonlyMap<number, number> {
    return this.#counts;
  }

  get tokens(): number[] {
    return this.#entries.map((entry) => entry.token);
  }

  /**
   * Forgets tokens at `position` and later, because the next token is sampled for `position`.
   * @returns whether any were forgotten
   */
  rollBackTo(position: number): boolean {
    this.#placeEarlier(position);
    let forgotten = false;
    for (;;) {
      const last = this.#entries.at(-1);
      if (last?.position === undefined || last.position < position) {
        return forgotten;
      }
      this.#entries.pop();
      this.#add(last.token, -1);
      forgotten = true;
    }
  }

  push(position: number, token: number): void {
    this.#entries.push({ position, token });
    this.#add(token, 1);
  }

  /** Sets the positions of the earlier tokens: directly before the first sampled position. */
  #placeEarlier(position: number): void {
    if (this.#entries[0] !== undefined && this.#entries[0].position === undefined) {
      const first = position - this.#entries.length;
      this.#entries.forEach((entry, index) => {
        entry.position = first + index;
      });
    }
  }

  #add(token: number, change: number): void {
    const count = (this.#counts.get(token) ?? 0) + change;
    if (count === 0) {
      this.#counts.delete(token);
    } else {
      this.#counts.set(token, count);
    }
  }
}

/**
 * The tokens that a session generated, by position. Positions are what a truncation names: what was sampled at
 * or after the next position to be sampled is not part of the text any more.
 */
export class GeneratedHistory {
  /** Positions ascend; they have gaps where tokens came from outside between two answers. */
  readonly #entries: { position: number | undefined; token: number }[];
  readonly #counts = new Map<number, number>();

  /** @param earlier Tokens generated before this engine joined; they stand before the first sampled position. */
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

  /** The first sampled position tells where the tokens from before are: directly before it. */
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

/**
 * Ends an answer at the first of several texts. Text that could be the beginning of one is held back,
 * so that no part of a stop text is ever shown.
 *
 * The answer stops as soon as some stop text is complete, and is cut where that text began; when several are
 * complete at once, at the earliest of their beginnings. The cut does not depend on how the text was chunked.
 */
export class StopStrings {
  readonly #stops: readonly string[];
  /** Most characters that may have to be held back: one less than the longest stop text. */
  readonly #reach: number;
  #unsent = '';
  #stopped = false;

  /** @param stops texts that are not empty */
  constructor(stops: readonly string[]) {
    this.#stops = stops;
    this.#reach = Math.max(0, ...stops.map((stop) => stop.length - 1));
  }

  /** True once a stop text was found; no more text is shown. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Takes the next text; returns the text that may be shown now. */
  push(text: string): string {
    if (this.#stopped) {
      return '';
    }
    const known = this.#unsent.length;
    this.#unsent += text;
    const cut = this.#firstCut(known);
    if (cut !== undefined) {
      this.#stopped = true;
      const shown = this.#unsent.slice(0, cut);
      this.#unsent = '';
      return shown;
    }
    const holdFrom = this.#firstPossibleBeginning();
    const shown = this.#unsent.slice(0, holdFrom);
    this.#unsent = this.#unsent.slice(holdFrom);
    return shown;
  }

  /** Ends a generation that found no stop text; returns the text that was held back. */
  end(): string {
    const rest = this.#unsent;
    this.#unsent = '';
    return rest;
  }

  /** Where the first complete stop text begins. The first `known` characters are known to contain none. */
  #firstCut(known: number): number | undefined {
    let firstEnd = Infinity;
    let cut: number | undefined;
    for (const stop of this.#stops) {
      const begin = this.#unsent.indexOf(stop, Math.max(0, known - stop.length + 1));
      const end = begin + stop.length;
      if (begin !== -1 && (end < firstEnd || (end === firstEnd && begin < (cut ?? Infinity)))) {
        firstEnd = end;
        cut = begin;
      }
    }
    return cut;
  }

  #firstPossibleBeginning(): number {
    for (
      let begin = Math.max(0, this.#unsent.length - this.#reach);
      begin < this.#unsent.length;
      begin += 1
    ) {
      const tail = this.#unsent.slice(begin);
      if (this.#stops.some((stop) => stop.startsWith(tail))) {
        return begin;
      }
    }
    return this.#unsent.length;
  }
}

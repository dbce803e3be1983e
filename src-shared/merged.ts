/** Many "something changed" become few messages: the first at once, the others merged to one an interval. */

export type MergedOptions = {
  readonly intervalMs: number;
  /** Tells the newest state; false when that is not possible now, so that it is tried again. */
  readonly tell: () => boolean;
  /** Monotonic time, in milliseconds. */
  readonly now?: () => number;
};

export class Merged {
  readonly #options: MergedOptions;
  readonly #now: () => number;
  #toldAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: MergedOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Something changed. */
  notify(): void {
    if (this.#timer !== undefined) {
      return;
    }
    const wait = this.#toldAt + this.#options.intervalMs - this.#now();
    if (wait <= 0) {
      this.#tell();
    } else {
      this.#later(wait);
    }
  }

  /** Nothing is told after this. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    if (this.#options.tell()) {
      this.#toldAt = this.#now();
    } else {
      this.#later(this.#options.intervalMs);
    }
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, ms);
  }
}

/**
 * Turns many changes into few messages: the first change is sent at once, further ones are merged to one message per
 * interval.
 */

export type MergedOptions = {
  readonly intervalMs: number;
  /** Sends the newest state. False when that is not possible now, so that it is tried again. */
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

  /** Reports a change. */
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

  /** Sends nothing any more. */
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

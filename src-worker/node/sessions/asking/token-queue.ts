/** A queue between a producer that pushes items and a caller that awaits them one at a time. */

export class TokenQueue<T> {
  readonly #waiting: T[] = [];
  #taker: PromiseWithResolvers<T | undefined> | undefined;
  #end: { readonly error: unknown } | 'ended' | undefined;

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  push(item: T): void {
    if (this.#end !== undefined) {
      return;
    }
    if (this.#taker === undefined) {
      this.#waiting.push(item);
    } else {
      this.#taker.resolve(item);
      this.#taker = undefined;
    }
  }

  /** The caller still gets the items pushed before, and then the error. Only the first `fail` or `end` counts. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#taker?.reject(error);
    this.#taker = undefined;
  }

  /** As `fail`, but the caller gets undefined. */
  end(): void {
    this.#end ??= 'ended';
    this.#taker?.resolve(undefined);
    this.#taker = undefined;
  }

  /** The next item, or undefined after the end. One call at a time. */
  next(): Promise<T | undefined> {
    if (this.#waiting.length > 0) {
      return Promise.resolve(this.#waiting.shift());
    }
    if (this.#end !== undefined) {
      return this.#end === 'ended' ? Promise.resolve(undefined) : Promise.reject(this.#end.error);
    }
    this.#taker = Promise.withResolvers();
    return this.#taker.promise;
  }
}

/**
 * Decides which chunk to request from which source: the rarest that the source has, so that chunks which few peers have come
 * before those peers leave. Chunks on this machine's disk are requested from no peer. At the end, late chunks are requested
 * from a second source. Pure but for random ties, without which all peers would request the same chunk first.
 */
import type { Bitmap } from './bitmap.ts';

/** From how many sources a chunk may be under way at once. */
const mostTakers = 2;

type Source = { readonly have: Bitmap; readonly isLocal: boolean };

export class ChunkScheduler {
  readonly #wanted: readonly number[];
  readonly #random: () => number;
  readonly #sources = new Map<string, Source>();
  readonly #done = new Set<number>();
  /** By chunk: the sources from which it is under way, each with the time of its request. */
  readonly #takers = new Map<number, Map<string, number>>();
  /** By source id: chunks that the source turned out not to have. */
  readonly #lacking = new Map<string, Set<number>>();
  /** By chunk: the number of remote and of local sources that have it. */
  readonly #remote: Uint16Array;
  readonly #local: Uint16Array;

  /** `wanted`: the chunks to fetch, of a model with `count` chunks. */
  constructor(count: number, wanted: readonly number[], random: () => number = Math.random) {
    this.#wanted = wanted;
    this.#random = random;
    this.#remote = new Uint16Array(count);
    this.#local = new Uint16Array(count);
  }

  get isComplete(): boolean {
    return this.#done.size === this.#wanted.length;
  }

  isDone(chunk: number): boolean {
    return this.#done.has(chunk);
  }

  /** Adds a source, or replaces its bitmap. A local source reads this machine's disk. */
  setSource(id: string, have: Bitmap, isLocal = false): void {
    this.#countSource(id, -1);
    // A copy is kept, so that exactly the chunks that are counted now are counted off later.
    this.#sources.set(id, { have: have.copy(), isLocal });
    this.#countSource(id, 1);
  }

  /** Removes a source; its chunks under way become free for others. */
  removeSource(id: string): void {
    this.#countSource(id, -1);
    this.#sources.delete(id);
    this.#lacking.delete(id);
    for (const chunk of this.#takers.keys()) {
      this.#leave(id, chunk);
    }
  }

  /**
   * The chunk to request from this source, which counts as under way from `now` on; undefined: none. A chunk that has been
   * under way since before `lateBefore` may be requested from a second source.
   */
  next(id: string, now: number, lateBefore: number): number | undefined {
    const source = this.#sources.get(id);
    if (source === undefined) {
      return undefined;
    }
    const chunk = this.#rarest(id, source) ?? this.#latest(id, lateBefore);
    if (chunk !== undefined) {
      const takers = this.#takers.get(chunk) ?? new Map<string, number>();
      this.#takers.set(chunk, takers.set(id, now));
    }
    return chunk;
  }

  /** Notes that the chunk has arrived. */
  finish(chunk: number): void {
    this.#done.add(chunk);
    this.#takers.delete(chunk);
  }

  /** Notes that the source does not have the chunk after all. */
  fail(id: string, chunk: number): void {
    this.#leave(id, chunk);
    const source = this.#sources.get(id);
    if (source !== undefined && this.#has(id, source, chunk)) {
      const lacking = this.#lacking.get(id) ?? new Set<number>();
      this.#lacking.set(id, lacking.add(chunk));
      this.#countOf(source)[chunk] = (this.#countOf(source)[chunk] ?? 1) - 1;
    }
  }

  #rarest(id: string, source: Source): number | undefined {
    const { length } = this.#wanted;
    const start = Math.floor(this.#random() * length);
    let best: number | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (let step = 0; step < length && fewest > 1; step += 1) {
      const chunk = this.#wanted[(start + step) % length] ?? 0;
      const isFree = !this.#done.has(chunk) && !this.#takers.has(chunk);
      if (isFree && this.#has(id, source, chunk)) {
        const isElsewhere = !source.isLocal && (this.#local[chunk] ?? 0) > 0;
        const count = this.#remote[chunk] ?? 0;
        if (!isElsewhere && count < fewest) {
          [best, fewest] = [chunk, count];
        }
      }
    }
    return best;
  }

  #latest(id: string, lateBefore: number): number | undefined {
    const source = this.#sources.get(id);
    let best: number | undefined;
    let since = lateBefore;
    for (const [chunk, takers] of this.#takers) {
      const asked = Math.max(...takers.values());
      // A local source is never late, only busy.
      const isRemote = [...takers.keys()].every(
        (taker) => this.#sources.get(taker)?.isLocal === false,
      );
      const isOpen = takers.size < mostTakers && !takers.has(id) && asked < since && isRemote;
      if (isOpen && source !== undefined && this.#has(id, source, chunk)) {
        [best, since] = [chunk, asked];
      }
    }
    return best;
  }

  #has(id: string, source: Source, chunk: number): boolean {
    return source.have.has(chunk) && this.#lacking.get(id)?.has(chunk) !== true;
  }

  #leave(id: string, chunk: number): void {
    const takers = this.#takers.get(chunk);
    takers?.delete(id);
    if (takers?.size === 0) {
      this.#takers.delete(chunk);
    }
  }

  #countSource(id: string, change: 1 | -1): void {
    const source = this.#sources.get(id);
    if (source !== undefined) {
      const counts = this.#countOf(source);
      for (const chunk of this.#wanted) {
        if (this.#has(id, source, chunk)) {
          counts[chunk] = (counts[chunk] ?? 0) + change;
        }
      }
    }
  }

  #countOf({ isLocal }: Source): Uint16Array {
    return isLocal ? this.#local : this.#remote;
  }
}

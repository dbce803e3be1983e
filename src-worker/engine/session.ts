/** One sequence in a shard's cache: its slot, its length, its sampler and its waiting segments. */
import { AppError } from '../../src-shared/errors.ts';
import type { Segment } from '../wire/segment.ts';
import type { Sampler } from './sampling/sampler.ts';

export type SessionOptions = {
  readonly id: number;
  readonly slot: number;
  readonly sampler: Sampler | undefined;
  /** How many of the shard's layers the session uses, from the first one on. */
  readonly layers: number;
  /** The last position up to which the engine feeds its own tokens; undefined: it feeds none. */
  readonly selfFeedUntil: number | undefined;
  /** Tokens that the slot's cache has already. */
  readonly length: number;
};

/** A segment, and how many of its tokens were decoded. */
export type Pending = {
  readonly segment: Segment;
  done: number;
  readonly isOwn: boolean;
  /** For one-by-one segments: the hidden states so far, which are sent together at the end, and their time. */
  waiting?: Collected;
};

export type Collected = { readonly hidden: Buffer[]; micros: number };

/** Collects hidden states that are sent with those of the rest of their segment. */
export function collect(pending: Pending, hidden: Buffer, micros: number): Collected {
  const collected = (pending.waiting ??= { hidden: [], micros: 0 });
  collected.hidden.push(hidden);
  collected.micros += micros;
  return collected;
}

export class Session {
  readonly id: number;
  /** The sequence id in llama.cpp. */
  readonly slot: number;
  readonly sampler: Sampler | undefined;
  readonly layers: number;
  readonly selfFeedUntil: number | undefined;
  /** Tokens in the cache. */
  length: number;
  /** When the session last decoded a segment of an answer, in milliseconds of the engine's clock. */
  answeredAt = -Infinity;
  readonly #queue: Pending[] = [];

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.slot = options.slot;
    this.length = options.length;
    this.sampler = options.sampler;
    this.layers = options.layers;
    this.selfFeedUntil = options.selfFeedUntil;
  }

  /** The segment to decode next. */
  get next(): Pending | undefined {
    return this.#queue[0];
  }

  /** Bytes of the values of all waiting segments. */
  get queuedBytes(): number {
    return this.#queue.reduce((sum, { segment }) => sum + segment.values.byteLength, 0);
  }

  /**
   * Queues a segment from outside. It replaces a waiting token that the engine would have fed itself.
   * @throws AppError `protocol-violation` when tokens before its position are missing
   */
  push(segment: Segment): void {
    if (this.#queue[0]?.isOwn === true) {
      this.#queue.shift();
    }
    const last = this.#queue.at(-1)?.segment;
    const end = last === undefined ? this.length : last.position + last.count;
    if (segment.position > end) {
      throw new AppError(
        'protocol-violation',
        `A segment for position ${segment.position} came out of order; the session has ${end} tokens.`,
      );
    }
    this.#queue.push({ segment, done: 0, isOwn: false });
  }

  /** Queues a token that the engine feeds itself, unless a segment from outside waits. */
  pushOwn(segment: Segment): void {
    if (this.#queue.length === 0) {
      this.#queue.push({ segment, done: 0, isOwn: true });
    }
  }

  /** Records that so many tokens of the next segment were decoded. */
  advance(tokens: number): void {
    const next = this.#queue[0];
    if (next === undefined) {
      return;
    }
    next.done += tokens;
    this.length = next.segment.position + next.done;
    if (next.done === next.segment.count) {
      this.#queue.shift();
    }
  }
}

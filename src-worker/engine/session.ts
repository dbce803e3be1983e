/** One sequence in a shard's cache: its place, its length, its sampler and the work that waits for it. */
import { AppError } from '../../src-shared/errors.ts';
import type { Work } from '../wire/work.ts';
import type { Sampler } from './sampling/sampler.ts';

export type SessionOptions = {
  readonly id: number;
  readonly slot: number;
  readonly sampler: Sampler | undefined;
  /** How many of the shard's layers it uses, from the first one on. */
  readonly layers: number;
  /** The last position that the engine samples for by feeding its own tokens; undefined: it feeds none. */
  readonly selfFeedUntil: number | undefined;
  /** Tokens that the slot's cache has already. */
  readonly length: number;
};

/** Work and how much of it was decoded. */
export type Pending = {
  readonly work: Work;
  done: number;
  readonly isOwn: boolean;
  /** Of work that is computed one by one: hidden states that are handed on with those of the rest, and what they took. */
  waiting?: Collected;
};

export type Collected = { readonly hidden: Buffer[]; micros: number };

/** Collects hidden states that are handed on with those of the rest of their work. */
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
  /** When the session last decoded a small work, by the engine's clock in milliseconds. */
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

  /** The work to decode next. */
  get next(): Pending | undefined {
    return this.#queue[0];
  }

  /** Bytes of values that wait. */
  get queuedBytes(): number {
    return this.#queue.reduce((sum, { work }) => sum + work.values.byteLength, 0);
  }

  /**
   * Queues work from outside. It takes precedence over a token that the engine would have fed itself.
   * @throws AppError `protocol-violation` when tokens before its position are missing
   */
  push(work: Work): void {
    if (this.#queue[0]?.isOwn === true) {
      this.#queue.shift();
    }
    const last = this.#queue.at(-1)?.work;
    const end = last === undefined ? this.length : last.position + last.count;
    if (work.position > end) {
      throw new AppError(
        'protocol-violation',
        `Work for position ${work.position} came out of order; the session has ${end} tokens.`,
      );
    }
    this.#queue.push({ work, done: 0, isOwn: false });
  }

  /** Queues a token that the engine feeds itself, unless work from outside waits. */
  pushOwn(work: Work): void {
    if (this.#queue.length === 0) {
      this.#queue.push({ work, done: 0, isOwn: true });
    }
  }

  /** Takes note that so many tokens of the next work were decoded. */
  advance(tokens: number): void {
    const next = this.#queue[0];
    if (next === undefined) {
      return;
    }
    next.done += tokens;
    this.length = next.work.position + next.done;
    if (next.done === next.work.count) {
      this.#queue.shift();
    }
  }
}

/** How fast an answer's tokens come, and so how exactly another chain can recompute them before it takes over. */
import { Median } from '../../base/median.ts';
import type { SampledToken } from './token-source.ts';

/** Generated tokens are recomputed one by one while that takes at most this long, in milliseconds, by the measured pace. */
const exactWithinMs = 1000;
/** A successor is close when it is this many milliseconds behind, a pause that readers hardly see, or a few tokens. */
const momentMs = 75;
const fewTokens = 4;

/** Medians in milliseconds: between two tokens, and the computing time of all stages for one; 0 before the second token. */
export type Pace = { readonly tokenMs: number; readonly computeMs: number };

export class AnswerPace {
  readonly #tokenMs = new Median();
  readonly #computeMs = new Median();
  #firstAt: number | undefined;
  #latestAt: number | undefined;

  /** When the answer's first token came; undefined before. */
  get firstAt(): number | undefined {
    return this.#firstAt;
  }

  get latestAt(): number | undefined {
    return this.#latestAt;
  }

  /** Median milliseconds between tokens; 0 before there are two. */
  get tokenMs(): number {
    return this.#tokenMs.value;
  }

  /** Median milliseconds that all stages computed for a token; 0 before there are two. */
  get computeMs(): number {
    return this.#computeMs.value;
  }

  record({ endOfGeneration, computeMs, at }: SampledToken): void {
    if (this.#latestAt !== undefined) {
      this.#tokenMs.add(at - this.#latestAt);
      this.#computeMs.add(computeMs);
    }
    if (!endOfGeneration) {
      this.#firstAt ??= at;
      this.#latestAt = at;
    }
  }

  /** The two medians that decide how another source takes over. */
  get now(): Pace {
    return { tokenMs: this.tokenMs, computeMs: this.computeMs };
  }
}

/**
 * Whether there is time to recompute this many generated tokens one by one, as they were computed first, so that the
 * tokens after them are the same to the last bit. Stages compute different tokens at the same time.
 */
export function isExact({ computeMs }: Pace, tokens: number, stages: number): boolean {
  return (tokens * computeMs) / Math.max(1, stages) <= exactWithinMs;
}

/** Whether this many tokens are computed in a moment, so that another round of warm-up would take longer than they do. */
export function isClose({ computeMs }: Pace, tokens: number): boolean {
  return tokens <= fewTokens || tokens * computeMs <= momentMs;
}

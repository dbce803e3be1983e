/** How fast an answer comes, and so what there is time for when another chain is to go on with it. */
import { Median } from '../../base/median.ts';
import type { SampledToken } from './token-source.ts';

/** Most milliseconds that computing generated tokens anew may take, by what they took before. */
const exactWithinMs = 1000;
/** A pause that is hardly seen, in milliseconds, by what the tokens took before; and tokens that never take long. */
const momentMs = 75;
const fewTokens = 4;

/** Medians, in milliseconds: between tokens, and what all stages computed for one; 0 before there are two. */
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

  /** What of it decides how another source goes on. */
  get now(): Pace {
    return { tokenMs: this.tokenMs, computeMs: this.computeMs };
  }
}

/**
 * Whether there is time to compute so many generated tokens one by one, as they were before, so that what follows is
 * the same to the last bit. Stages work on different tokens at the same time.
 */
export function isExact({ computeMs }: Pace, tokens: number, stages: number): boolean {
  return (tokens * computeMs) / Math.max(1, stages) <= exactWithinMs;
}

/** Whether so many tokens are computed in a moment: to make ready for them too would take longer than they do. */
export function isClose({ computeMs }: Pace, tokens: number): boolean {
  return tokens <= fewTokens || tokens * computeMs <= momentMs;
}

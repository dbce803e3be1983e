/** What one session cost one stage: for the receipt of the requester and the usage table of the owner. */
import { Median } from '../../base/median.ts';
import type { ClosedMessage } from '../protocol/stage-messages.ts';

export class StageAccount {
  readonly #computeMs = new Median();
  readonly #turnaroundMs = new Median();
  #tokens = 0;
  #totalComputeMs = 0;

  /** Tokens of the prompt and of the answer that went through the shard's layers. */
  get tokens(): number {
    return this.#tokens;
  }

  get totalComputeMs(): number {
    return this.#totalComputeMs;
  }

  addTokens(count: number): void {
    this.#tokens += count;
  }

  addPrefill(computeMs: number): void {
    this.#totalComputeMs += computeMs;
  }

  /** One decoded token. `turnaroundMs` is undefined where the engine fed the token back in by itself. */
  addDecoded(computeMs: number, turnaroundMs: number | undefined): void {
    this.#totalComputeMs += computeMs;
    this.#computeMs.add(computeMs);
    if (turnaroundMs !== undefined) {
      this.#turnaroundMs.add(turnaroundMs);
    }
  }

  toMessage(): ClosedMessage {
    return {
      tokens: this.#tokens,
      computeMs: this.#computeMs.value,
      turnaroundMs: this.#turnaroundMs.value,
    };
  }
}

/** The arrays of a llama_batch, allocated once, so that a decode only fills them. */
import type { Llama } from './llama.ts';
import type { Batch } from './llama-layouts.ts';

/** Part of a batch: consecutive tokens of one sequence. */
export type Run = {
  /** The sequence, 0 to maxSessions − 1. */
  readonly slot: number;
  /** Position of the first token; the cache ends exactly before it. */
  readonly position: number;
  readonly count: number;
  /** int32 ids (whole, first) or float32 hidden states of count × width (middle, last), little endian. */
  readonly values: Uint8Array;
  /** Whether logits are needed after the last token (roles whole and last). */
  readonly wantsLogits: boolean;
};

export class BatchBuffer {
  readonly batch: Batch;
  readonly #inputBytes: Uint8Array;
  readonly #bytesPerToken: number;
  /** Sequence ids in memory that does not move, because the batch has pointers to them. */
  readonly #slots: Int32Array;
  readonly #slotsAddress: bigint;

  /** @param input 'tokens', or the width of hidden states */
  constructor(llama: Llama, input: 'tokens' | number, capacity: number, slots: number) {
    const tokens = input === 'tokens' ? new Int32Array(capacity) : null;
    const hidden = input === 'tokens' ? null : new Float32Array(capacity * input);
    this.#inputBytes = new Uint8Array((tokens ?? hidden ?? new Int32Array(0)).buffer);
    this.#bytesPerToken = input === 'tokens' ? 4 : input * 4;
    // Small typed arrays are on the JavaScript heap, where they may move; an explicit ArrayBuffer does not.
    this.#slots = new Int32Array(new ArrayBuffer(slots * 4));
    this.#slots.set(Array.from({ length: slots }, (_, slot) => slot));
    this.#slotsAddress = llama.addressOf(this.#slots);
    this.batch = {
      n_tokens: 0,
      token: tokens,
      embd: hidden,
      pos: new Int32Array(capacity),
      n_seq_id: new Int32Array(capacity).fill(1),
      seq_id: new BigUint64Array(capacity),
      logits: new Int8Array(capacity),
    };
  }

  /**
   * Fills the batch with runs, one after the other.
   * @param everyOutput whether all tokens are outputs; else only the last token of each run that needs logits
   * @returns for each run the index of its last token.
   */
  fill(runs: readonly Run[], everyOutput: boolean): number[] {
    const { pos, seq_id: sequences, logits } = this.batch;
    let filled = 0;
    const lastIndexes = runs.map((run) => {
      this.#inputBytes.set(
        run.values.subarray(0, run.count * this.#bytesPerToken),
        filled * this.#bytesPerToken,
      );
      const end = filled + run.count;
      sequences.fill(this.#slotsAddress + BigInt(run.slot * 4), filled, end);
      logits.fill(everyOutput ? 1 : 0, filled, end);
      if (run.wantsLogits) {
        logits[end - 1] = 1;
      }
      for (let index = 0; index < run.count; index += 1) {
        pos[filled + index] = run.position + index;
      }
      filled = end;
      return end - 1;
    });
    this.batch.n_tokens = filled;
    return lastIndexes;
  }
}

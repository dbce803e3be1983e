/**
 * Takes the hidden states after a shard's last layer out of llama.cpp's graph and ends the graph there, so that
 * neither the final norm nor the head is computed. llama.cpp names that tensor `l_out-<last layer>`.
 */
import { AppError } from '../../../src-shared/errors.ts';
import type { Llama, Pointer } from './llama.ts';

export class HiddenTap {
  /** For `cb_eval` of the context. */
  readonly callback: Pointer;
  readonly #llama: Llama;
  readonly #tensor: string;
  readonly #rowBytes: number;
  #target = Buffer.alloc(0);
  #filled = 0;

  constructor(llama: Llama, tensor: string, width: number) {
    this.#llama = llama;
    this.#tensor = tensor;
    this.#rowBytes = width * Float32Array.BYTES_PER_ELEMENT;
    this.callback = llama.registerEvalCallback(this.#onTensor);
  }

  /** Makes room for the hidden states of the next batch. */
  start(tokens: number): void {
    // A buffer of its own: pieces of it are on their way to the next shard while later batches run.
    this.#target = Buffer.allocUnsafeSlow(tokens * this.#rowBytes);
    this.#filled = 0;
  }

  /**
   * The hidden states of the batch, cut into runs of these token counts.
   * @throws AppError `engine-failed` when the graph had no such tensor, or one of another size
   */
  take(counts: readonly number[]): Buffer[] {
    if (this.#filled !== this.#target.byteLength) {
      throw new AppError(
        'engine-failed',
        `The graph gave ${this.#filled} of ${this.#target.byteLength} bytes of ${this.#tensor}; ` +
          'this architecture cannot be cut here.',
      );
    }
    let start = 0;
    return counts.map((count) => {
      const end = start + count * this.#rowBytes;
      const run = this.#target.subarray(start, end);
      start = end;
      return run;
    });
  }

  dispose(): void {
    this.#llama.unregisterCallback(this.callback);
  }

  /** Called from C for every tensor of the graph, and once more with its data after the wanted one: must not throw. */
  readonly #onTensor = (tensor: Pointer, ask: boolean): boolean => {
    if (ask) {
      return this.#llama.tensorName(tensor) === this.#tensor;
    }
    // A batch larger than llama.cpp's micro-batch comes in several pieces, in order.
    const bytes = this.#llama.tensorBytes(tensor);
    if (this.#filled + bytes <= this.#target.byteLength) {
      const end = this.#filled + bytes;
      this.#llama.tensorGet(tensor, this.#target.subarray(this.#filled, end), 0, bytes);
      this.#filled = end;
    }
    return false;
  };
}

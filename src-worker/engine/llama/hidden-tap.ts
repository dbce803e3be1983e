/**
 * Copies the hidden states after one of a shard's layers from llama.cpp's graph and ends the graph there, so that
 * neither the later layers nor the final norm and the head are computed. llama.cpp names that tensor
 * `l_out-<layer>`.
 *
 * The later layers write nothing to the cache either: their cells keep zeros or the values of an earlier sequence. These
 * are never read, because a session always uses the same layers, attention reads only the cells
 * of its own sequence, and a later sequence writes a cell before it reads it.
 */
import { AppError } from '../../../src-shared/errors.ts';
import type { Llama, Pointer } from './llama.ts';

export class HiddenTap {
  /** The callback for `cb_eval` of the context. */
  readonly callback: Pointer;
  readonly #llama: Llama;
  readonly #rowBytes: number;
  /** The name of the tensor to copy; undefined while the whole graph is computed. */
  #tensor: string | undefined;
  #target = Buffer.alloc(0);
  #filled = 0;
  /** The first tensor of the graph, by which a new graph is recognised: a large batch is computed in several graphs. */
  #first: string | undefined;
  /** Whether the wanted tensor of the current graph was copied. */
  #isPast = false;

  constructor(llama: Llama, width: number) {
    this.#llama = llama;
    this.#rowBytes = width * Float32Array.BYTES_PER_ELEMENT;
    this.callback = llama.registerEvalCallback(this.#onTensor);
  }

  /** Makes the next batch compute the whole graph. */
  close(): void {
    this.#tensor = undefined;
  }

  /** Makes the next batch end after so many layers, and allocates a buffer for its hidden states. */
  start(tokens: number, layers: number): void {
    this.#tensor = `l_out-${layers - 1}`;
    this.#first = undefined;
    this.#isPast = false;
    // Each batch has its own buffer, because parts of it may still be sent while later batches run.
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

  /** Called from C for every tensor of the graph, and again with its data after the wanted one. Must not throw. */
  readonly #onTensor = (tensor: Pointer, ask: boolean): boolean => {
    if (this.#tensor === undefined) {
      return false;
    }
    if (ask) {
      const name = this.#llama.tensorName(tensor);
      this.#first ??= name;
      this.#isPast &&= name !== this.#first;
      // A graph over several devices must be ended on each of them, there after the first tensor.
      return this.#isPast || name === this.#tensor;
    }
    if (this.#isPast) {
      return false;
    }
    this.#isPast = true;
    // A batch larger than llama.cpp's micro-batch is computed in several parts, in order.
    const bytes = this.#llama.tensorBytes(tensor);
    if (this.#filled + bytes <= this.#target.byteLength) {
      const end = this.#filled + bytes;
      this.#llama.tensorGet(tensor, this.#target.subarray(this.#filled, end), 0, bytes);
      this.#filled = end;
    }
    return false;
  };
}

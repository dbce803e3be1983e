/**
 * Takes the hidden states after one of a shard's layers out of llama.cpp's graph and ends the graph there, so that
 * neither the layers behind it nor the final norm and the head are computed. llama.cpp names that tensor
 * `l_out-<layer>`.
 *
 * The layers behind it write nothing into the cache either: its cells there keep whatever they had, zeros or what an
 * earlier sequence left. Nothing reads them, since a session uses the same layers as long as it lives, attention looks
 * at the cells of its own sequence alone, and a cell is written before it is read by the next sequence that gets it.
 */
import { AppError } from '../../../src-shared/errors.ts';
import type { Llama, Pointer } from './llama.ts';

export class HiddenTap {
  /** For `cb_eval` of the context. */
  readonly callback: Pointer;
  readonly #llama: Llama;
  readonly #rowBytes: number;
  /** Undefined while a batch is computed to its end. */
  #tensor: string | undefined;
  #target = Buffer.alloc(0);
  #filled = 0;
  /** The tensor that the graph begins with: a large batch is computed in several graphs, one after the other. */
  #first: string | undefined;
  /** The graph is past the wanted tensor. */
  #isPast = false;

  constructor(llama: Llama, width: number) {
    this.#llama = llama;
    this.#rowBytes = width * Float32Array.BYTES_PER_ELEMENT;
    this.callback = llama.registerEvalCallback(this.#onTensor);
  }

  /** Lets the next batch be computed to its end. */
  close(): void {
    this.#tensor = undefined;
  }

  /** Makes room for the hidden states of the next batch after its first so many layers. */
  start(tokens: number, layers: number): void {
    this.#tensor = `l_out-${layers - 1}`;
    this.#first = undefined;
    this.#isPast = false;
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
    if (this.#tensor === undefined) {
      return false;
    }
    if (ask) {
      const name = this.#llama.tensorName(tensor);
      this.#first ??= name;
      this.#isPast &&= name !== this.#first;
      // A graph that goes over several devices is ended on each by itself, so there after the first tensor.
      return this.#isPast || name === this.#tensor;
    }
    if (this.#isPast) {
      return false;
    }
    this.#isPast = true;
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

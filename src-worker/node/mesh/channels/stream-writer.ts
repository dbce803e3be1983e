/**
 * Writes frames to a libp2p stream in order and under back-pressure. It does not use the stream's own `onDrain`, whose
 * promise is not renewed after the first drain (@libp2p/utils 7.4), so that frames would queue without bounds.
 */
import type { Stream } from '@libp2p/interface';
import type { AppError } from '../../../../src-shared/errors.ts';
import { sliceBytes, sliceFrame } from './frame-slices.ts';

export class StreamWriter {
  readonly #stream: Stream;
  #unwritten = 0;
  #last: Promise<void> = Promise.resolve();
  /** Bytes written since other channels last had a turn. */
  #sinceTurn = 0;
  #wake: (() => void) | undefined;
  #failure: AppError | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
    stream.addEventListener('drain', () => this.#wake?.());
  }

  /** Resolves once the stream took the frame and can take more. Rejects when it is or gets broken. */
  write(kind: number, parts: readonly Uint8Array[]): Promise<void> {
    // A frame with none before it is written within this call, which keeps a hop's latency low.
    const isFree = this.#unwritten === 0;
    if (isFree) {
      this.#sinceTurn = 0;
    }
    const written = isFree ? this.#write(kind, parts) : this.#writeAfter(this.#last, kind, parts);
    this.#last = this.#settled(written);
    return written;
  }

  /** Resolves when everything was written, or failed. */
  async flushed(): Promise<void> {
    await this.#last;
  }

  /** Rejects all waiting and later writes with the error. */
  fail(error: AppError): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  async #writeAfter(
    previous: Promise<void>,
    kind: number,
    parts: readonly Uint8Array[],
  ): Promise<void> {
    await previous;
    await this.#write(kind, parts);
  }

  async #settled(written: Promise<void>): Promise<void> {
    this.#unwritten += 1;
    try {
      await written;
    } catch {
      // The caller of `write` gets the error; this promise only orders the writes.
    } finally {
      this.#unwritten -= 1;
    }
  }

  async #write(kind: number, parts: readonly Uint8Array[]): Promise<void> {
    for (const slice of sliceFrame(kind, parts)) {
      if (this.#sinceTurn >= sliceBytes) {
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
        this.#sinceTurn = 0;
      }
      this.#throwIfBroken();
      this.#sinceTurn += slice.byteLength;
      if (!this.#stream.send(slice)) {
        await this.#drained();
      }
    }
  }

  async #drained(): Promise<void> {
    while (this.#stream.writableNeedsDrain && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    this.#throwIfBroken();
  }

  #throwIfBroken(): void {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }
}

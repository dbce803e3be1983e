/** Starts the pulse thread, and shares with it the state of the main thread. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { enginePulseDescriptor, pulseEveryMs } from '../../wire/engine-messages.ts';
import { BatchTimes } from '../batch-times.ts';
import { pulseCells } from './pulse-cells.ts';

/** The largest 32-bit integer. */
const longestMs = 0x7fff_ffff;

export class PulseThread {
  readonly #cells: Int32Array;
  readonly #times = new BatchTimes();
  #batch: { readonly tokens: number; readonly startedAt: number } | undefined;

  constructor() {
    const shared = new SharedArrayBuffer(pulseCells.count * Int32Array.BYTES_PER_ELEMENT);
    const cells = new Int32Array(shared);
    this.#cells = cells;
    // The file's extension is that of this file, before and after compilation.
    const file = new URL(`./pulse-thread${extname(import.meta.url)}`, import.meta.url);
    const thread = new Worker(file, {
      workerData: { descriptor: enginePulseDescriptor, shared, everyMs: pulseEveryMs },
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    });
    thread.on('message', (ping: number) => void Atomics.store(cells, pulseCells.lastReply, ping));
    thread.unref();
  }

  /** Records that a batch of so many tokens begins, or, with 0, that the current one has ended. */
  batch(tokens: number): void {
    const now = performance.now();
    if (this.#batch !== undefined) {
      this.#times.record(this.#batch.tokens, now - this.#batch.startedAt);
    }
    this.#batch = tokens === 0 ? undefined : { tokens, startedAt: now };
    const expectedMs = tokens === 0 ? 0 : this.#times.expectedMs(tokens);
    Atomics.store(this.#cells, pulseCells.expectedMs, Math.min(Math.ceil(expectedMs), longestMs));
  }
}

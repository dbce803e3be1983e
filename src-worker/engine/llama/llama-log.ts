/**
 * Reads llama.cpp's log, the only place where it explains failures and reports buffer sizes. Texts arrive in
 * pieces, about a thousand for a load; only warnings and errors are passed to the engine's own log.
 */
import { log } from '../log.ts';

/** ggml_log_level; 5 continues the line before. */
const levels = { warn: 3, error: 4, continued: 5 } as const;

/** E.g. "llama_kv_cache:        CPU KV buffer size =    22.00 MiB". "RS" is the state of recurrent layers. */
const bufferSize = /(\S+) (model|KV|RS|compute|output) buffer size\s*=\s*([\d.]+) MiB/;

/** A warning about every shard from the middle of a model, which has no vocabulary on purpose. */
const expectedWarning = /adding \d+ dummy tokens/;

export class LlamaLog {
  #level = 0;
  #line = '';
  #problems: string[] = [];
  /** By the name of the buffer type and what is in it. */
  readonly #buffers = new Map<string, { place: string; part: string; bytes: number }>();

  /** The callback for `Llama.setLog`. It must not throw, because it is called from C. */
  readonly onText = (level: number, text: string): void => {
    if (level !== levels.continued) {
      this.#level = level;
    }
    this.#line += text;
    if (this.#line.endsWith('\n')) {
      this.#onLine(this.#line.trimEnd());
      this.#line = '';
    }
  };

  /** The last few warnings and errors since the last call, as one sentence part; empty when there were none. */
  takeProblems(): string {
    const problems = this.#problems.join('; ');
    this.#problems = [];
    return problems;
  }

  /** Bytes of KV cache, compute and output buffers reported so far, on all devices. */
  get contextBytes(): number {
    return this.#sum(({ part }) => part !== 'model');
  }

  /**
   * Bytes of weights, caches and buffers reported so far on devices that llama.cpp calls by these names. Its buffers
   * have the name of their device, "CUDA0" or "MTL0_Mapped"; memory of the computer that a device reads is "CUDA_Host".
   */
  bytesOn(devices: readonly string[]): number {
    return this.#sum(({ place }) => devices.some((name) => place.split('_')[0] === name));
  }

  #sum(counts: (buffer: { place: string; part: string }) => boolean): number {
    return [...this.#buffers.values()].filter(counts).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #onLine(line: string): void {
    const match = bufferSize.exec(line);
    if (match !== null) {
      const [, place = '', part = '', size] = match;
      // A buffer may be reported again after a re-allocation; the last size counts.
      const bytes = Math.round(Number(size) * 1024 * 1024);
      this.#buffers.set(`${place} ${part}`, { place, part, bytes });
    }
    const isProblem = this.#level === levels.warn || this.#level === levels.error;
    if (isProblem && !expectedWarning.test(line)) {
      this.#problems = [...this.#problems.slice(-4), line];
      log(this.#level === levels.warn ? 'warn' : 'error', `llama.cpp: ${line}`);
    }
  }
}

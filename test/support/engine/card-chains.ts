/**
 * Chains of shards on Mesa's software Vulkan and on the processor, in a process of its own: one process cannot have both
 * llama.cpp's libraries for cards and those that other tests open for the processor.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { softwareCards } from '../machine/software-vulkan.ts';
import type { RandomModelOptions } from './random-model.ts';

/** What computes a shard. */
export type Place = 'card' | 'processor';

/** How many tokens the prompt has, of those that a chain computes; the others follow one by one. */
export const promptLength = 24;

export type ChainRequest = {
  /** The bundled demo model, or a random one. */
  readonly model: 'demo' | Partial<RandomModelOptions>;
  /** Layers before which the model is cut. */
  readonly boundaries: readonly number[];
  /** Of each shard. */
  readonly places: readonly Place[];
  /** Whether shards that go beyond a boundary take part with their first layers, in place of shards that end there. */
  readonly overlap?: boolean;
  /** Absent: a prompt and five more. */
  readonly tokens?: readonly number[];
};

export type ChainResult = {
  /** Hidden states before the last layer: those of the prompt, in one batch, then of the tokens after it, one by one. */
  readonly prompt: Float32Array;
  readonly tokens: readonly Float32Array[];
  /** Logits after the prompt, and after each of the tokens. */
  readonly logits: readonly Float32Array[];
  readonly width: number;
};

export class CardProcess {
  readonly #child: ChildProcess;

  /** @param environment variables beside those that show the software card */
  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.#child = fork(new URL('card-chains-child.ts', import.meta.url), {
      serialization: 'advanced',
      env: { ...process.env, ...softwareCards(), ...environment },
    });
  }

  /** The same prompt and tokens over a chain, with empty caches. */
  async compute(request: ChainRequest): Promise<ChainResult> {
    this.#child.send(request);
    const ended = new AbortController();
    const { signal } = ended;
    try {
      return await Promise.race([
        once(this.#child, 'message', { signal }).then(([result]) => result as ChainResult),
        once(this.#child, 'exit', { signal }).then(([code, by]) => {
          throw new Error(`The process of the card ended: ${code ?? by}`);
        }),
      ]);
    } finally {
      ended.abort();
    }
  }

  async stop(): Promise<void> {
    const over = once(this.#child, 'exit');
    this.#child.disconnect();
    await over;
  }
}

/** How far rows of values differ from others: |difference| / |row|, row by row. */
export function rowErrors(found: Float32Array, expected: Float32Array, width: number): number[] {
  return Array.from({ length: expected.length / width }, (_, row) => {
    const at = row * width;
    let difference = 0;
    let length = 0;
    for (let index = at; index < at + width; index += 1) {
      difference += ((found[index] ?? Number.NaN) - (expected[index] ?? 0)) ** 2;
      length += (expected[index] ?? 0) ** 2;
    }
    return Math.sqrt(difference / length);
  });
}

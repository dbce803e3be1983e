/** Generations that keep count: how fast tokens arrive now, and an entry for every finished answer. */
import type { ModelSummary } from '../../src-shared/model.ts';
import type { Usage } from '../../src-shared/node-api.ts';
import { SpeedMeter } from './engines/speed-meter.ts';
import type { GenerationEvent, GenerationRequest, Generations } from './sessions/generation.ts';

export class MeteredGenerations implements Generations {
  readonly #inner: Generations;
  readonly #onAsked: (usage: Extract<Usage, { kind: 'asked' }>) => void;
  readonly #speed = new SpeedMeter();

  constructor(inner: Generations, onAsked: (usage: Extract<Usage, { kind: 'asked' }>) => void) {
    this.#inner = inner;
    this.#onAsked = onAsked;
  }

  /** Tokens received a second, over the last ten seconds. */
  get tokensPerSecond(): number {
    return this.#speed.lately(performance.now());
  }

  models(): readonly ModelSummary[] {
    return this.#inner.models();
  }

  contextLength(model: ModelSummary): number {
    return this.#inner.contextLength(model);
  }

  async *generate(
    request: GenerationRequest,
    signal: AbortSignal,
  ): AsyncGenerator<GenerationEvent, void, void> {
    for await (const event of this.#inner.generate(request, signal)) {
      if (event.type === 'token') {
        this.#speed.add(1, performance.now());
      } else {
        const { receipt } = event;
        this.#onAsked({
          kind: 'asked',
          at: Date.now(),
          promptTokens: request.promptTokens.length,
          receipt,
        });
      }
      yield event;
    }
  }
}

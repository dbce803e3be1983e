/** Generations with a meter: how fast tokens arrive now, and a sealed receipt for every finished answer. */
import type { Receipt } from '../../../../src-shared/chat.ts';
import type { ModelSummary } from '../../../../src-shared/model.ts';
import type { Usage } from '../../../../src-shared/api/usage.ts';
import type { RouteRules } from '../../../../src-shared/route-rules.ts';
import { SpeedMeter } from '../../base/speed-meter.ts';
import type { GenerationEvent, GenerationRequest, Generations } from './generation.ts';

/** The length of answer that a question counts as demand for: most answers are no longer. */
const expectedTokens = 64;

/** `rules`: those of the question; the rules in the settings hold as well. */
type OnWanted = (manifestId: string, tokens: number, rules: RouteRules | undefined) => void;

export class MeteredGenerations implements Generations {
  readonly #inner: Generations;
  readonly #onAsked: (usage: Extract<Usage, { kind: 'asked' }>) => void;
  /** Called with tokens that were asked for, whether they are generated or not. */
  readonly #onWanted: OnWanted;
  readonly #seal: (receipt: Receipt) => Receipt;
  readonly #speed = new SpeedMeter();

  constructor(
    inner: Generations,
    onAsked: (usage: Extract<Usage, { kind: 'asked' }>) => void,
    onWanted: OnWanted = () => {},
    seal: (receipt: Receipt) => Receipt = (receipt) => receipt,
  ) {
    this.#inner = inner;
    this.#onAsked = onAsked;
    this.#onWanted = onWanted;
    this.#seal = seal;
  }

  /** Tokens received a second, over the last ten seconds. */
  get tokensPerSecond(): number {
    return this.#speed.lately(performance.now());
  }

  models(): readonly ModelSummary[] {
    return this.#inner.models();
  }

  contextLength(model: ModelSummary, rules?: RouteRules): number {
    return this.#inner.contextLength(model, rules);
  }

  async *generate(
    request: GenerationRequest,
    signal: AbortSignal,
  ): AsyncGenerator<GenerationEvent, void, void> {
    const { model, maxAnswerTokens, rules } = request;
    // A question that no route can answer counts as demand too.
    this.#onWanted(model.manifestId, Math.min(maxAnswerTokens, expectedTokens), rules);
    let tokens = 0;
    for await (const event of this.#inner.generate(request, signal)) {
      if (event.type === 'token') {
        tokens += 1;
        if (tokens > expectedTokens) {
          this.#onWanted(model.manifestId, 1, rules);
        }
        this.#speed.add(1, performance.now());
        yield event;
      } else {
        const receipt = this.#seal(event.receipt);
        this.#onAsked({
          kind: 'asked',
          at: Date.now(),
          promptTokens: request.promptTokens.length,
          receipt,
        });
        yield { ...event, receipt };
      }
    }
  }
}

/** One attempt to answer a request over one route: its tokens as they come, its measurements, its receipt. */
import { AppError } from '../../../src-shared/errors.ts';
import type { ChannelOpener } from '../mesh/channel.ts';
import type { RouteStage } from '../routing/plan-route.ts';
import { Chain, type SampledToken } from './chain.ts';
import type { GenerationEvent, GenerationRequest } from './generation.ts';
import { Median } from './median.ts';
import { makeReceipt } from './receipt.ts';
import type { ClosedMessage } from './stage-messages.ts';

export type AnswerParts = {
  readonly request: GenerationRequest;
  readonly route: readonly RouteStage[];
  readonly opener: ChannelOpener;
  /** Milliseconds on a clock that never goes back, and when on it the request came. */
  readonly now: () => number;
  readonly startedAt: number;
  /** Called with the chain while it is open, so that it is kept alive. */
  readonly onChain: (chain: Chain, isOpen: boolean) => void;
};

export class Answer {
  readonly #parts: AnswerParts;
  /** What was generated so far: with the prompt, all that another chain would need to go on from here. */
  readonly #tokens: number[] = [];
  readonly #tokenMs = new Median();
  readonly #computeMs = new Median();
  #firstTokenAt: number | undefined;
  #latestTokenAt: number | undefined;

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  get hasTokens(): boolean {
    return this.#tokens.length > 0;
  }

  /**
   * Opens the chain and runs it.
   * @throws ChainFailure, or AppError `cancelled` when the signal aborts
   */
  async *events(signal: AbortSignal): AsyncGenerator<GenerationEvent, void, void> {
    const { request, onChain } = this.#parts;
    const chain = await this.#openChain(signal);
    let accounts: Promise<readonly (ClosedMessage | undefined)[]> | undefined;
    const onAbort = (): void => {
      chain.stopTokens(cancelled());
      chain.abandon();
    };
    const onFinish = (): void => {
      chain.stopTokens();
      accounts = chain.finish();
    };
    onChain(chain, true);
    signal.addEventListener('abort', onAbort, { once: true });
    request.finish?.addEventListener('abort', onFinish, { once: true });
    try {
      chain.sendPrompt();
      let reason: 'end' | 'length' = 'end';
      for (
        let sampled = await chain.nextToken();
        sampled !== undefined && request.finish?.aborted !== true;
        sampled = await chain.nextToken()
      ) {
        this.#record(sampled);
        yield toEvent(sampled);
        if (sampled.endOfGeneration) {
          break;
        }
        if (this.#tokens.length === request.maxTokens) {
          reason = 'length';
          break;
        }
        throwIfAborted(signal);
      }
      const receipt = this.#receipt(await (accounts ?? chain.finish()));
      throwIfAborted(signal);
      yield { type: 'done', reason, receipt };
    } finally {
      signal.removeEventListener('abort', onAbort);
      request.finish?.removeEventListener('abort', onFinish);
      onChain(chain, false);
      chain.abandon();
    }
  }

  async #openChain(signal: AbortSignal): Promise<Chain> {
    const { opener, route, request, now } = this.#parts;
    const { model, sampling, promptTokens, maxTokens } = request;
    throwIfAborted(signal);
    try {
      return await Chain.open(
        { opener, route, model, sampling, promptTokens, maxTokens, now },
        signal,
      );
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    }
  }

  #record({ token, endOfGeneration, computeMs, at }: SampledToken): void {
    if (this.#latestTokenAt !== undefined) {
      this.#tokenMs.add(at - this.#latestTokenAt);
      this.#computeMs.add(computeMs);
    }
    if (!endOfGeneration) {
      this.#tokens.push(token);
      this.#firstTokenAt ??= at;
      this.#latestTokenAt = at;
    }
  }

  #receipt(accounts: readonly (ClosedMessage | undefined)[]) {
    const { request, route, startedAt, now } = this.#parts;
    const endedAt = now();
    return makeReceipt({
      model: request.model.name,
      route,
      accounts,
      promptTokens: request.promptTokens.length,
      tokens: this.#tokens.length,
      startedAt,
      firstTokenAt: this.#firstTokenAt ?? endedAt,
      latestTokenAt: this.#latestTokenAt ?? endedAt,
      endedAt,
      tokenMs: this.#tokenMs.value,
      computeMs: this.#computeMs.value,
    });
  }
}

function toEvent(sampled: SampledToken): GenerationEvent {
  const { token, endOfGeneration, detail, computeMs, at } = sampled;
  const event = { type: 'token', token, endOfGeneration, timing: { computeMs, at } } as const;
  return detail === undefined ? event : { ...event, detail };
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw cancelled();
  }
}

function cancelled(): AppError {
  return new AppError('cancelled', 'The request was cancelled');
}

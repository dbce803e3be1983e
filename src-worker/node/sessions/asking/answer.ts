/**
 * One answer, over as many sources as it takes: its tokens as they come, its measurements, its receipt. `nextAnswer`
 * decides every step; this class carries the effects out and feeds the events that follow back in.
 */
import type { Receipt } from '../../../../src-shared/chat.ts';
import { missingCase, toAppError } from '../../../../src-shared/errors.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import type { AnswerEffect, AnswerEvent } from './answer-events.ts';
import { AnswerOutput, type Output } from './answer-output.ts';
import { AnswerPace } from './answer-pace.ts';
import { AnswerSources, type AnswerSourcesOptions } from './answer-sources.ts';
import {
  type AnswerState,
  type AnswerTerms,
  isInterrupted,
  type Step,
  watchedSource,
} from './answer-state.ts';
import { AnswerWatch } from './answer-watch.ts';
import { cancelled, type ChainFailure, stageFailure } from './chain-failure.ts';
import type { GenerationEvent } from './generation.ts';
import { beginAnswer, nextAnswer } from './next-answer.ts';
import { needsHistory } from './open-messages.ts';
import { makeReceipt } from './receipt.ts';
import type { RouteSearch } from './route-search.ts';
import type { SampledToken } from './token-source.ts';

export type AnswerOptions = Omit<AnswerSourcesOptions, 'feed' | 'pace' | 'detourAround'> & {
  /** This node's own peer id. */
  readonly ownPeer: string;
  readonly search: RouteSearch;
  /** A route without these peers; undefined when there is none now. */
  readonly routeAround: (avoided: ReadonlySet<string>) => readonly RouteStage[] | undefined;
  /** Resolves when this node's own shards of the model are loaded. */
  readonly wakeOwnShards: (signal: AbortSignal) => Promise<void>;
  /** Whether this node serves no shards now, so that waiting for its own ones is of no use. */
  readonly isIdle: () => boolean;
  /** Called when a stage failed; the failure names the peer at fault. */
  readonly onStageFailed: (failure: ChainFailure) => void;
  /** Called with a peer that sends nothing at all, not even its progress. */
  readonly onSilent: (peer: string) => void;
  /** Called with a peer that refused the request which another source then answered. */
  readonly onWrongRefusal: (peer: string) => void;
};

export class Answer {
  readonly #options: AnswerOptions;
  readonly #startedAt: number;
  readonly #sources: AnswerSources;
  readonly #pace = new AnswerPace();
  /** Aborts the search for a route and the wait for own shards when the answer ends. */
  readonly #ending = new AbortController();
  readonly #output: AnswerOutput;
  readonly #events: AnswerEvent[] = [];
  readonly #begun: Step;
  #isStepping = false;
  #state: AnswerState;
  /** How many tokens the caller has taken, and so the reader has seen. */
  #taken = 0;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#output = new AnswerOutput(options.now);
    this.#sources = new AnswerSources({
      ...options,
      pace: this.#pace,
      detourAround: (peer) => this.#detourAround(peer),
      feed: (event) => this.#feed(event),
    });
    this.#begun = beginAnswer(termsOf(options));
    this.#state = this.#begun.state;
  }

  /** @throws AppError as `Generations.generate` does */
  async *events(signal: AbortSignal): AsyncGenerator<GenerationEvent, void, void> {
    const { finish } = this.#options.request;
    const onAbort = (): void => this.#cancel();
    const onFinish = (): void => this.#feed({ type: 'finish' });
    signal.addEventListener('abort', onAbort, { once: true });
    finish?.addEventListener('abort', onFinish, { once: true });
    const watch = this.#watch();
    try {
      throwIfAborted(signal);
      this.#take(this.#begun);
      if (finish?.aborted === true) {
        onFinish();
      }
      for (;;) {
        const output = await this.#output.next();
        throwIfAborted(signal);
        if (output?.type === 'end') {
          yield { type: 'done', reason: output.reason, receipt: this.#receipt(output) };
          return;
        }
        // A token that was under way when the caller finished the answer is not shown.
        if (output !== undefined && finish?.aborted !== true) {
          yield this.#hand(output.token);
        }
      }
    } finally {
      watch.stop();
      signal.removeEventListener('abort', onAbort);
      finish?.removeEventListener('abort', onFinish);
      this.#cancel();
    }
  }

  #cancel(): void {
    this.#feed({ type: 'cancel' });
    this.#ending.abort();
  }

  /** Takes an event. Events that its effects cause are queued, so that each sees the state that the last one left. */
  #feed(event: AnswerEvent): void {
    this.#events.push(event);
    while (!this.#isStepping && this.#events.length > 0) {
      const next = this.#events.shift();
      if (next !== undefined) {
        this.#take(nextAnswer(this.#state, next));
      }
    }
  }

  #take({ state, effects }: Step): void {
    this.#state = state;
    this.#isStepping = true;
    try {
      effects.forEach((effect) => this.#perform(effect));
    } finally {
      this.#isStepping = false;
    }
    this.#output.spare(isInterrupted(state.phase));
  }

  #perform(effect: AnswerEffect): void {
    if ('source' in effect) {
      this.#sources.perform(effect);
      return;
    }
    const { search, ownPeer, isIdle, onStageFailed, onSilent, onWrongRefusal } = this.#options;
    switch (effect.type) {
      case 'search':
        void this.#search(effect.avoided);
        return;
      case 'exclude': {
        const { failure, madeProgress } = effect;
        search.exclude(failure, madeProgress, failure.peer !== ownPeer || !isIdle());
        return;
      }
      case 'blame':
        onStageFailed(effect.failure);
        return;
      case 'reportSilence':
        onSilent(effect.peer);
        return;
      case 'reportWrongRefusals':
        effect.peers.forEach(onWrongRefusal);
        return;
      case 'yield':
        if (!effect.token.endOfGeneration) {
          this.#sources.append(effect.token.token);
        }
        this.#output.push(effect);
        return;
      case 'end':
        this.#output.push(effect);
        return;
      case 'fail':
        this.#output.fail(effect.error);
        return;
      default:
        missingCase(effect);
    }
  }

  async #search(avoided: ReadonlySet<string>): Promise<void> {
    const { signal } = this.#ending;
    try {
      await this.#options.wakeOwnShards(signal);
      const route = await this.#options.search.next(signal, avoided);
      this.#feed({ type: 'routed', route });
    } catch (error) {
      this.#feed({ type: 'unroutable', error: toAppError(error) });
    }
  }

  #detourAround(peer: string): readonly RouteStage[] | undefined {
    return this.#options.routeAround(new Set([...this.#state.progress.avoided, peer]));
  }

  #watch(): AnswerWatch {
    return new AnswerWatch({
      now: this.#options.now,
      watched: () => watchedSource(this.#state),
      sourceOf: (source) => this.#sources.get(source),
      tokenMs: () => this.#pace.tokenMs,
      onStuck: (source, { stage: { peer }, isSilent }) =>
        this.#feed({ type: 'stuck', source, peer, isSilent, detour: this.#detourAround(peer) }),
      onStalled: (source, stage, ms) => {
        const reason = `has computed nothing for ${Math.round(ms / 1000)} seconds`;
        this.#feed({ type: 'stalled', source, failure: stageFailure(stage, reason) });
      },
    });
  }

  /** Counts and hands out a token. Tokens may wait for the caller, so only those that were taken are counted. */
  #hand(sampled: SampledToken): GenerationEvent {
    const { token, endOfGeneration, detail, computeMs, at } = sampled;
    this.#pace.record(sampled);
    this.#taken += endOfGeneration ? 0 : 1;
    const event = { type: 'token', token, endOfGeneration, timing: { computeMs, at } } as const;
    return detail === undefined ? event : { ...event, detail };
  }

  #receipt({ accounts }: Extract<Output, { type: 'end' }>): Receipt {
    const { request, now } = this.#options;
    const { route, cachedTokens, takeovers } = this.#state.progress;
    const endedAt = now();
    return makeReceipt({
      model: request.model.name,
      route,
      accounts,
      promptTokens: request.promptTokens.length,
      cachedTokens,
      tokens: this.#taken,
      takeovers,
      startedAt: this.#startedAt,
      firstTokenAt: this.#pace.firstAt ?? endedAt,
      latestTokenAt: this.#pace.latestAt ?? endedAt,
      endedAt,
      tokenMs: this.#pace.tokenMs,
      computeMs: this.#pace.computeMs,
    });
  }
}

function termsOf({ request, ownPeer }: AnswerOptions): AnswerTerms {
  const { promptTokens, maxAnswerTokens, sampling } = request;
  return {
    promptTokens: promptTokens.length,
    maxAnswerTokens,
    needsHistory: needsHistory(sampling),
    ownPeer,
  };
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw cancelled();
  }
}

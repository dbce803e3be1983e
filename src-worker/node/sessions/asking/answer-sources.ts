/** The sources of one answer by their numbers: does what the answer decides, and tells what comes of it. */
import { missingCase, toAppError } from '../../../../src-shared/errors.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import type { AnswerEffect, AnswerEvent } from './answer-events.ts';
import type { AnswerPace } from './answer-pace.ts';
import { ChainFailure, silenceOf } from './chain-failure.ts';
import type { GenerationRequest } from './generation.ts';
import { cachedChainOf, type CachedChain, type Resume } from './prefix-index.ts';
import type { OpenTokenSource, TokenSource, TokenSourceListener } from './token-source.ts';

type Route = readonly RouteStage[];

export type AnswerSourcesOptions = {
  readonly request: GenerationRequest;
  readonly openSource: OpenTokenSource;
  /** What a route's stages may still have of the prompt; asked once an answer. */
  readonly cachedBy: (route: Route) => Resume | undefined;
  /** The stages of a source have been asked to leave the prompt in their caches. */
  readonly onCached: (cached: CachedChain) => void;
  /** Called with a source while it is open, so that it is kept alive. */
  readonly onSource: (source: TokenSource, isOpen: boolean) => void;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  readonly pace: AnswerPace;
  /** Another route around this peer and all that are avoided; undefined when there is none now. */
  readonly detourAround: (peer: string) => Route | undefined;
  readonly feed: (event: AnswerEvent) => void;
};

type EffectOf<Type extends AnswerEffect['type']> = Extract<AnswerEffect, { type: Type }>;
type SourceEffect = Extract<AnswerEffect, { readonly source: number }>;
type Entry = { readonly opening: AbortController; source: TokenSource | undefined };

export class AnswerSources {
  readonly #options: AnswerSourcesOptions;
  readonly #entries = new Map<number, Entry>();
  /** The prompt and what was generated so far. */
  readonly #sequence: number[];

  constructor(options: AnswerSourcesOptions) {
    this.#options = options;
    this.#sequence = [...options.request.promptTokens];
  }

  /** The open source with this number. */
  get(source: number): TokenSource | undefined {
    return this.#entries.get(source)?.source;
  }

  /** The sequence goes on with this token. */
  append(token: number): void {
    this.#sequence.push(token);
  }

  perform(effect: SourceEffect): void {
    const source = this.get(effect.source);
    switch (effect.type) {
      case 'open':
        void this.#open(effect);
        return;
      case 'run':
        source?.run(this.#sequence.slice(effect.from), effect.from, effect.isExact);
        return;
      case 'warmUp':
        source?.warmUp(this.#sequence.slice(effect.from), effect.from, effect.isExact);
        return;
      case 'restoreHistory':
        void this.#restoreHistory(effect);
        return;
      case 'finish':
        void this.#finish(effect);
        return;
      case 'abandon':
        this.#abandon(effect.source);
        return;
      default:
        missingCase(effect);
    }
  }

  async #open({ source: number, route, patience, mayResume }: EffectOf<'open'>): Promise<void> {
    const { request, openSource, cachedBy, onSource, now, pace, feed } = this.#options;
    const { model, sampling, promptTokens, maxAnswerTokens } = request;
    const entry: Entry = { opening: new AbortController(), source: undefined };
    this.#entries.set(number, entry);
    const resume = mayResume ? cachedBy(route) : undefined;
    try {
      const source = await openSource(
        {
          ...this.#listener(number),
          route,
          model,
          sampling,
          sequence: [...this.#sequence],
          promptTokens: promptTokens.length,
          maxSequenceTokens: promptTokens.length + maxAnswerTokens,
          patience,
          ...(resume === undefined ? {} : { resume }),
        },
        entry.opening.signal,
      );
      if (!this.#entries.has(number)) {
        source.abandon();
        return;
      }
      entry.source = source;
      onSource(source, true);
      const { cachedTokens } = source;
      feed({ type: 'opened', source: number, cachedTokens, pace: pace.now, at: now() });
    } catch (error) {
      this.#fail(number, error, route);
    }
  }

  #listener(source: number): TokenSourceListener {
    const { now, pace, detourAround, feed } = this.#options;
    return {
      onToken: (token) => feed({ type: 'token', source, token }),
      onWarmedUp: (next) => feed({ type: 'warmedUp', source, next, pace: pace.now, at: now() }),
      onFailed: (failure) => this.#fail(source, failure, []),
      onDraining: ({ peer }) =>
        feed({ type: 'draining', source, peer, detour: detourAround(peer), at: now() }),
      onUnanswered: (stage) =>
        feed({
          type: 'unanswered',
          source,
          failure: silenceOf(stage),
          detour: detourAround(stage.peer),
        }),
    };
  }

  async #restoreHistory({ source, withinMs }: EffectOf<'restoreHistory'>): Promise<void> {
    const { request, now, pace, feed } = this.#options;
    try {
      const generated = this.#sequence.slice(request.promptTokens.length);
      await this.get(source)?.restoreHistory(generated, withinMs);
      feed({ type: 'restored', source, pace: pace.now, at: now() });
    } catch (error) {
      this.#fail(source, error, []);
    }
  }

  /** What a source leaves behind that ends in order is good for the conversation's next question. */
  async #finish({ source: number, keepsPrompt }: EffectOf<'finish'>): Promise<void> {
    const { request, onCached, feed } = this.#options;
    const source = this.get(number);
    const cached =
      source !== undefined && keepsPrompt
        ? cachedChainOf(request, source.route, source.session)
        : undefined;
    const accounts = (await source?.finish(cached?.tokens.length)) ?? [];
    if (cached !== undefined && accounts.every((account) => account !== undefined)) {
      onCached(cached);
    }
    feed({ type: 'finished', source: number, accounts });
  }

  #abandon(number: number): void {
    const entry = this.#entries.get(number);
    this.#entries.delete(number);
    entry?.opening.abort();
    if (entry?.source !== undefined) {
      entry.source.abandon();
      this.#options.onSource(entry.source, false);
    }
  }

  #fail(source: number, error: unknown, route: Route): void {
    // A source that was left fails too, which does not matter.
    if (!this.#entries.has(source)) {
      return;
    }
    const failure =
      error instanceof ChainFailure
        ? error
        : new ChainFailure(toAppError(error), route[0]?.peer ?? '');
    const detour = this.#options.detourAround(failure.peer);
    this.#options.feed({ type: 'failed', source, failure, detour });
  }
}

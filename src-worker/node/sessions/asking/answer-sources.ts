/** The sources of one answer, by number: carries out the answer's effects on them and feeds their events back. */
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
  /** The cached prefix that a route's stages may still have of the prompt; called once for each answer. */
  readonly cachedBy: (route: Route) => Resume | undefined;
  /** Called when the stages of a source were asked to leave the prompt in their caches. */
  readonly onCached: (cached: CachedChain) => void;
  /** Called when a source opens and when it ends, so that heartbeats go to the open ones. */
  readonly onSource: (source: TokenSource, isOpen: boolean) => void;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  readonly pace: AnswerPace;
  /** A route without this peer and without the avoided ones; undefined when there is none now. */
  readonly detourAround: (peer: string) => Route | undefined;
  readonly feed: (event: AnswerEvent) => void;
};

type EffectOf<Type extends AnswerEffect['type']> = Extract<AnswerEffect, { type: Type }>;
type SourceEffect = Extract<AnswerEffect, { readonly source: number }>;
type Entry = { readonly opening: AbortController; source: TokenSource | undefined };

export class AnswerSources {
  readonly #options: AnswerSourcesOptions;
  readonly #entries = new Map<number, Entry>();
  /** The prompt and the tokens generated so far. */
  readonly #sequence: number[];

  constructor(options: AnswerSourcesOptions) {
    this.#options = options;
    this.#sequence = [...options.request.promptTokens];
  }

  /** The open source with this number. */
  get(source: number): TokenSource | undefined {
    return this.#entries.get(source)?.source;
  }

  /** Appends a generated token to the sequence. */
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
      onSilent: (stage) =>
        feed({
          type: 'silent',
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

  /** Ends a source in order, which may leave the prompt in its caches for the conversation's next question. */
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
    // An abandoned source fails too, which the answer must not take for news.
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

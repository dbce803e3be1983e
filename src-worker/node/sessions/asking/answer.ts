/**
 * One answer, over as many chains as it takes: its tokens as they come, its measurements, its receipt. What was
 * generated so far is all that another chain needs to go on, since the token at a position depends on nothing else.
 */
import type { ChannelOpener } from '../../mesh/channels/channel.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { cancelled, type AnswerEvent, throwIfAborted, toEvent } from './answer-events.ts';
import { AnswerPace } from './answer-pace.ts';
import { AnswerWatch } from './answer-watch.ts';
import { Chain, needsHistory, type SampledToken, type StuckStage } from './chain.ts';
import { ChainFailure, stageFailure } from './chain-failure.ts';
import type { GenerationEvent, GenerationRequest } from './generation.ts';
import { bringUpToDate, catchUp, type Successor } from './handover.ts';
import { cachedChainOf, type CachedChain, type Resume } from './prefix-index.ts';
import { makeReceipt } from './receipt.ts';
import { patienceAfter, probeWithinMs } from './slowness.ts';
import { mostHistory } from '../protocol/stage-limits.ts';
import type { ClosedMessage } from '../protocol/stage-messages.ts';
import { TokenQueue } from './token-queue.ts';

export type AnswerOptions = {
  readonly request: GenerationRequest;
  readonly opener: ChannelOpener;
  /** Another route, around peers that are leaving or hold the answer up; undefined when there is none now. */
  readonly routeAround: (avoided: ReadonlySet<string>) => readonly RouteStage[] | undefined;
  /** A peer does not answer, not even how far it is. */
  readonly onSilent?: (peer: string) => void;
  /** Monotonic time, in milliseconds, and when the request came. */
  readonly now: () => number;
  readonly startedAt: number;
  /** What the route's stages may still have of the prompt; asked once an answer. */
  readonly cachedBy?: (route: readonly RouteStage[]) => Resume | undefined;
  /** The stages of a chain have been asked to leave the prompt in their caches. */
  readonly onCached?: (kept: CachedChain) => void;
  /** Called with a chain while it is open, so that it is kept alive. */
  readonly onChain: (chain: Chain, isOpen: boolean) => void;
};

export class Answer {
  readonly #options: AnswerOptions;
  /** The prompt and what was generated so far. */
  readonly #sequence: number[];
  readonly #pace = new AnswerPace();
  /** Peers that said that they are leaving, or held this answer up. */
  readonly #avoided = new Set<string>();
  #events = new TokenQueue<AnswerEvent>();
  #current: Chain | undefined;
  /** The route that was last answered over. */
  #route: readonly RouteStage[] = [];
  #isGettingSuccessor = false;
  /** The chain that gets ready, once it is open. */
  #successor: Chain | undefined;
  /** When the current chain was given work or gave a token, and which of both it was. */
  #moved = { at: 0, byToken: false };
  #takeovers = 0;
  /** How often this answer went round a stage for its slowness. */
  #detours = 0;
  /** Whether the current chain computed the prompt in the pieces that any other question with it would. */
  #isPlain = false;
  #cachedTokens = 0;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#sequence = [...options.request.promptTokens];
  }

  get tokens(): number {
    return this.#sequence.length - this.#options.request.promptTokens.length;
  }

  /** Whether another chain could be told all that it needs to know. */
  get mayGoOn(): boolean {
    return this.tokens <= mostHistory || !needsHistory(this.#options.request.sampling);
  }

  get avoided(): ReadonlySet<string> {
    return this.#avoided;
  }

  /**
   * Answers over a route from where the answer is; goes over to another one in time when a stage says that it is
   * leaving or holds the answer up.
   * @throws ChainFailure, after which another route may be tried; or AppError `cancelled` when the signal aborts
   */
  async *over(
    route: readonly RouteStage[],
    signal: AbortSignal,
  ): AsyncGenerator<GenerationEvent, void, void> {
    const { request } = this.#options;
    const happenings = new TokenQueue<AnswerEvent>();
    this.#events = happenings;
    const onAbort = (): void => {
      happenings.fail(cancelled());
      this.#current?.abandon();
    };
    let accounts: Promise<readonly (ClosedMessage | undefined)[]> | undefined;
    const onFinish = (): void => {
      happenings.end();
      accounts = this.#current === undefined ? undefined : this.#finish();
    };
    const resume = this.tokens === 0 ? this.#options.cachedBy?.(route) : undefined;
    this.#takeUp(await this.#open(route, signal, resume));
    this.#takeovers += this.tokens > 0 ? 1 : 0;
    const watch = this.#watch(happenings, signal);
    signal.addEventListener('abort', onAbort, { once: true });
    request.finish?.addEventListener('abort', onFinish, { once: true });
    try {
      let reason: 'end' | 'length' | undefined;
      while (reason === undefined) {
        const happening = await happenings.next();
        if (happening === undefined || request.finish?.aborted === true) {
          reason = 'end';
        } else if (happening.type !== 'token') {
          await this.#react(happening, signal);
        } else if (happening.from === this.#current) {
          const { token } = happening;
          this.#record(token);
          yield toEvent(token);
          throwIfAborted(signal);
          reason = token.endOfGeneration
            ? 'end'
            : this.tokens === request.maxAnswerTokens
              ? 'length'
              : undefined;
        }
      }
      const chain = this.#chain();
      const receipt = this.#receipt(chain.route, await (accounts ?? this.#finish()));
      throwIfAborted(signal);
      yield { type: 'done', reason, receipt };
    } finally {
      watch.stop();
      signal.removeEventListener('abort', onAbort);
      request.finish?.removeEventListener('abort', onFinish);
      happenings.end();
      this.#leave();
    }
  }

  /** The end of an answer for which no room is left anywhere: what there is of it is given. */
  cutShort(): GenerationEvent {
    const accounts = this.#route.map(() => undefined);
    return { type: 'done', reason: 'length', receipt: this.#receipt(this.#route, accounts) };
  }

  /** @throws ChainFailure when there is nothing that could go on */
  async #react(
    happening: Exclude<AnswerEvent, { type: 'token' }>,
    signal: AbortSignal,
  ): Promise<void> {
    if (happening.type === 'successor') {
      this.#isGettingSuccessor = false;
      const { successor } = happening;
      if (successor !== undefined) {
        this.#leave();
        this.#takeovers += 1;
        await this.#takeOver(successor, signal);
      } else if (this.#current?.failure !== undefined) {
        throw this.#current.failure;
      }
    } else if (happening.from === this.#current) {
      if (happening.type === 'draining') {
        this.#avoid(happening.peer, signal);
      } else if (!this.#isGettingSuccessor) {
        throw happening.failure;
      }
    }
  }

  /** Ends the current chain in order. What it leaves behind is good for the conversation's next question. */
  async #finish(): Promise<readonly (ClosedMessage | undefined)[]> {
    const chain = this.#chain();
    const { request, onCached: onKept } = this.#options;
    const kept = this.#isPlain ? cachedChainOf(request, chain.route, chain.session) : undefined;
    const accounts = await chain.finish(kept?.tokens.length);
    if (kept !== undefined && accounts.every((account) => account !== undefined)) {
      onKept?.(kept);
    }
    return accounts;
  }

  async #open(route: readonly RouteStage[], signal: AbortSignal, resume?: Resume): Promise<Chain> {
    const { opener, request, now } = this.#options;
    const { model, sampling, promptTokens, maxAnswerTokens } = request;
    const happenings = this.#events;
    throwIfAborted(signal);
    try {
      const chain: Chain = await Chain.open(
        {
          opener,
          route,
          model,
          sampling,
          sequence: this.#sequence,
          promptTokens: promptTokens.length,
          maxSequenceTokens: promptTokens.length + maxAnswerTokens,
          ...(resume === undefined ? {} : { resume }),
          now,
          onToken: (token) => {
            this.#moved = chain === this.#current ? { at: token.at, byToken: true } : this.#moved;
            happenings.push({ type: 'token', from: chain, token });
          },
          onFailed: (failure) => happenings.push({ type: 'failed', from: chain, failure }),
          onDraining: ({ peer }, from) => happenings.push({ type: 'draining', from, peer }),
          patience: patienceAfter(this.#detours),
          mayGoRound: ({ peer }) => this.#mayGoRound(peer),
        },
        signal,
      );
      this.#options.onChain(chain, true);
      return chain;
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    }
  }

  /** A chain does not open because of this peer. */
  #mayGoRound(peer: string): boolean {
    this.#options.onSilent?.(peer);
    const isPossible = this.#options.routeAround(new Set([...this.#avoided, peer])) !== undefined;
    if (isPossible) {
      this.#detours += 1;
      this.#avoided.add(peer);
    }
    return isPossible;
  }

  /** Goes on over a chain that has computed nothing yet but what it was to resume. */
  #takeUp(chain: Chain): void {
    const { cachedTokens: held } = chain;
    const isExact = this.#isExact(this.tokens);
    this.#current = chain;
    this.#route = chain.route;
    this.#moved = { at: this.#options.now(), byToken: false };
    this.#isPlain = isExact;
    this.#cachedTokens = held;
    chain.run(this.#sequence.slice(held), held, isExact);
  }

  /** Goes on over a chain that is ready. */
  async #takeOver(successor: Successor, signal: AbortSignal): Promise<void> {
    const { chain, next } = successor;
    this.#current = chain;
    this.#route = chain.route;
    this.#isPlain = false;
    this.#cachedTokens = 0;
    this.#moved = { at: this.#options.now(), byToken: false };
    const { promptTokens, finish } = this.#options.request;
    const withinMs = probeWithinMs * patienceAfter(this.#detours);
    const told = bringUpToDate(successor, this.#sequence, promptTokens.length, withinMs);
    const from = await told.catch((error: unknown) => {
      throwIfAborted(signal);
      if (finish?.aborted !== true) {
        throw error;
      }
    });
    if (from === undefined || finish?.aborted === true) {
      return;
    }
    const ahead = this.#sequence.slice(from);
    if (ahead.length > 0) {
      chain.run(ahead, from, this.#isExact(ahead.length));
      return;
    }
    this.#events.push({ type: 'token', from: chain, token: next });
    const isLast = this.tokens + 1 === this.#options.request.maxAnswerTokens;
    if (!next.endOfGeneration && !isLast) {
      chain.run([next.token], from, true);
    }
  }

  #isExact(tokens: number): boolean {
    return this.#pace.isExact(tokens, this.#current?.route.length ?? 1);
  }

  #leave(): void {
    const chain = this.#current;
    this.#current = undefined;
    if (chain !== undefined) {
      this.#options.onChain(chain, false);
      chain.abandon();
    }
  }

  #chain(): Chain {
    if (this.#current === undefined) {
      throw cancelled();
    }
    return this.#current;
  }

  /** Gets another chain ready, around a peer that is leaving or holds the answer up. */
  #avoid(peer: string, signal: AbortSignal): void {
    this.#avoided.add(peer);
    if (this.#isGettingSuccessor || !this.mayGoOn) {
      return;
    }
    const route = this.#options.routeAround(this.#avoided);
    if (route !== undefined) {
      this.#isGettingSuccessor = true;
      void this.#getSuccessor(route, signal);
    }
  }

  async #getSuccessor(route: readonly RouteStage[], signal: AbortSignal): Promise<void> {
    const happenings = this.#events;
    let chain: Chain | undefined;
    try {
      chain = await this.#open(route, signal);
      this.#successor = chain;
      const successor = await catchUp(
        chain,
        () => [...this.#sequence],
        (tokens) => this.#isExact(tokens),
        (tokens) => this.#pace.isClose(tokens),
      );
      if (this.#current === undefined || happenings.hasEnded) {
        throw cancelled();
      }
      happenings.push({ type: 'successor', successor });
    } catch (error) {
      if (error instanceof ChainFailure) {
        this.#avoided.add(error.peer);
      }
      if (chain !== undefined) {
        this.#options.onChain(chain, false);
        chain.abandon();
      }
      happenings.push({ type: 'successor', successor: undefined });
    } finally {
      this.#successor = undefined;
    }
  }

  #watch(happenings: TokenQueue<AnswerEvent>, signal: AbortSignal): AnswerWatch {
    const { now, onSilent } = this.#options;
    const onStuck = ({ stage, isSilent }: StuckStage): void => {
      if (isSilent) {
        onSilent?.(stage.peer);
      }
      this.#detours += 1;
      this.#avoid(stage.peer, signal);
    };
    return new AnswerWatch({
      now,
      answer: () =>
        this.#current && {
          chain: this.#current,
          successor: this.#successor,
          isGettingSuccessor: this.#isGettingSuccessor,
          moved: this.#moved,
          length: this.#sequence.length,
          tokenMs: this.#pace.tokenMs,
          patience: patienceAfter(this.#detours),
        },
      onStuck,
      onStalled: (stage, ms) => {
        onSilent?.(stage.peer);
        const reason = `has computed nothing for ${Math.round(ms / 1000)} seconds`;
        happenings.fail(stageFailure(stage, reason).error);
      },
      onSuccessorStalled: ({ peer }, chain) => {
        this.#avoided.add(peer);
        chain.abandon();
      },
    });
  }

  #record(sampled: SampledToken): void {
    this.#pace.record(sampled);
    // Tokens may wait here for a slow reader, while others come.
    this.#moved = { at: Math.max(this.#moved.at, sampled.at), byToken: true };
    if (!sampled.endOfGeneration) {
      this.#sequence.push(sampled.token);
    }
  }

  #receipt(route: readonly RouteStage[], accounts: readonly (ClosedMessage | undefined)[]) {
    const { request, startedAt, now } = this.#options;
    const endedAt = now();
    return makeReceipt({
      model: request.model.name,
      route,
      accounts,
      promptTokens: request.promptTokens.length,
      cachedTokens: this.#cachedTokens,
      tokens: this.tokens,
      takeovers: this.#takeovers,
      startedAt,
      firstTokenAt: this.#pace.firstAt ?? endedAt,
      latestTokenAt: this.#pace.latestAt ?? endedAt,
      endedAt,
      tokenMs: this.#pace.tokenMs,
      computeMs: this.#pace.computeMs,
    });
  }
}

/** Answers requests of this node's own user: checks each request and runs its answer over chains of the mesh. */
import type { Receipt } from '../../../../src-shared/chat.ts';
import { AppError } from '../../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../../src-shared/model.ts';
import type { RouteRules } from '../../../../src-shared/route-rules.ts';
import type { RouteView } from '../../../../src-shared/route-view.ts';
import { parseGrammar } from '../../../engine/sampling/grammar/grammar-rules.ts';
import type { ChannelOpener } from '../../mesh/channels/channel.ts';
import { Answer } from './answer.ts';
import { Chain } from './chain.ts';
import type { ChainFailure } from './chain-failure.ts';
import type { GenerationEvent, GenerationRequest, Generations } from './generation.ts';
import { PrefixIndex } from './prefix-index.ts';
import { RoutePlanner, type RoutePlannerOptions } from './route-planner.ts';
import { RouteSearch } from './route-search.ts';
import type { TokenSource } from './token-source.ts';
import { aliveEveryMs } from '../protocol/stage-messages.ts';

export type CoordinatorOptions = Omit<RoutePlannerOptions, 'self' | 'prefixHolders'> & {
  readonly opener: ChannelOpener;
  /** Called when a stage failed; the failure names the peer at fault. */
  readonly onStageFailed?: (failure: ChainFailure) => void;
  readonly onAnswered?: (manifestId: string, receipt: Receipt) => void;
  /** Called with a peer that did not reply when an answer needed it. */
  readonly onSilent?: (peer: string) => void;
  /** Called with a peer that refused a request which another chain then answered. */
  readonly onWrongRefusal?: (peer: string) => void;
  /** Called with a stage that has signed a false account of its work; `proof` says what is false, as a sentence. */
  readonly onFalseAccount?: (peer: string, proof: string) => void;
  /** Resolves when this node's own shards of the model are loaded, or cannot be. */
  readonly wakeOwnShards?: (manifestId: string, signal: AbortSignal) => Promise<void>;
  /** Whether this node serves no shards now. */
  readonly isIdle?: () => boolean;
  /** Monotonic time, in milliseconds. */
  readonly now?: () => number;
};

export class Coordinator implements Generations {
  readonly #options: CoordinatorOptions;
  readonly #now: () => number;
  readonly #planner: RoutePlanner;
  readonly #sources = new Set<TokenSource>();
  readonly #prefixIndex: PrefixIndex;
  #beats: NodeJS.Timeout | undefined;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#prefixIndex = new PrefixIndex(this.#now);
    this.#planner = new RoutePlanner({
      ...options,
      self: options.opener.peer,
      prefixHolders: (request) => this.#prefixIndex.holders(request),
    });
  }

  /** Known peers that were silent when they were last needed and have published no record since. */
  silentPeers(): ReadonlySet<string> {
    return this.#planner.silentPeers();
  }

  models(): readonly ModelSummary[] {
    return this.#planner.models();
  }

  /** Falls back to the model's own limit where no peer hosts it: `generate` then says what is missing. */
  contextLength(model: ModelSummary, rules?: RouteRules): number {
    const longest = this.#planner.longest(model, rules) ?? model.contextLength;
    return Math.min(model.contextLength, longest);
  }

  /** The route that a short question would take now. @throws AppError as `planRoute` */
  route(model: ModelSummary, rules?: RouteRules): RouteView {
    return this.#planner.view(model, rules);
  }

  async *generate(
    request: GenerationRequest,
    signal: AbortSignal,
  ): AsyncGenerator<GenerationEvent, void, void> {
    this.#check(request);
    for await (const event of this.#answer(request).events(signal)) {
      if (event.type === 'done') {
        this.#options.onAnswered?.(request.model.manifestId, event.receipt);
      }
      yield event;
    }
  }

  #answer(request: GenerationRequest): Answer {
    const { opener, isIdle, wakeOwnShards, onStageFailed, onSilent, onWrongRefusal } =
      this.#options;
    const onFalseAccount = (peer: string, proof: string): void =>
      this.#options.onFalseAccount?.(peer, proof);
    const { model } = request;
    const now = this.#now;
    return new Answer({
      request,
      now,
      ownPeer: opener.peer,
      search: new RouteSearch(
        (excluded, avoided) => this.#planner.plan(request, excluded, avoided),
        now,
      ),
      routeAround: (excluded) => this.#planner.planAround(request, excluded),
      openSource: (options, signal) =>
        Chain.open({ ...options, opener, now, onFalseAccount }, signal),
      wakeOwnShards: async (signal) => await wakeOwnShards?.(model.manifestId, signal),
      isIdle: () => isIdle?.() ?? false,
      cachedBy: (route) => this.#prefixIndex.take(request, route),
      onCached: (cached) => this.#prefixIndex.add(cached),
      onSource: (source, isOpen) => this.#keepAlive(source, isOpen),
      onSilent: (peer) => {
        this.#planner.noteSilence(peer, model);
        onSilent?.(peer);
      },
      onStageFailed: (failure) => onStageFailed?.(failure),
      onWrongRefusal: (peer) => onWrongRefusal?.(peer),
    });
  }

  /** Refuses here what stages would refuse, so that an honest coordinator never sends it to them. */
  #check({ model, promptTokens, maxAnswerTokens, rules, sampling }: GenerationRequest): void {
    if (sampling.grammar !== undefined) {
      parseGrammar(sampling.grammar);
    }
    const limit = this.contextLength(model, rules);
    if (promptTokens.length === 0) {
      throw new AppError('request-invalid', 'A prompt needs at least one token');
    }
    if (promptTokens.length + maxAnswerTokens > limit) {
      throw new AppError(
        'context-too-long',
        `The prompt's ${promptTokens.length} tokens and an answer of ${maxAnswerTokens} do not fit into the ` +
          `${limit} tokens that ${model.name} can hold now`,
      );
    }
  }

  /** Adds or removes a source that gets heartbeats. One timer serves all sources, and none runs without a source. */
  #keepAlive(source: TokenSource, isOpen: boolean): void {
    if (isOpen) {
      this.#sources.add(source);
      this.#beats ??= setInterval(() => this.#beat(), aliveEveryMs).unref();
    } else if (this.#sources.delete(source) && this.#sources.size === 0) {
      clearInterval(this.#beats);
      this.#beats = undefined;
    }
  }

  #beat(): void {
    const now = this.#now();
    for (const source of this.#sources) {
      source.beat(now);
    }
  }
}

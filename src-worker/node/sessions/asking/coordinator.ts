/**
 * Answers requests of this node's own user: plans a route over the mesh, runs an answer over it, and where the chain
 * fails, over another one from where it was.
 */
import type { Receipt } from '../../../../src-shared/chat.ts';
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../../src-shared/model.ts';
import type { RouteRules } from '../../../../src-shared/route-rules.ts';
import type { RouteView } from '../../../../src-shared/route-view.ts';
import { asSentences } from '../../../../src-shared/sentences.ts';
import { parseGrammar } from '../../../engine/sampling/grammar/grammar-rules.ts';
import type { ChannelOpener } from '../../mesh/channels/channel.ts';
import type { KnownPeer, RecordedShard } from '../../mesh/records/record.ts';
import {
  longestSequence,
  type MeshQuestion,
  planRoute,
  type RouteStage,
} from '../../routing/plan-route.ts';
import { viewRoute } from '../../routing/route-view.ts';
import { Answer } from './answer.ts';
import type { Chain } from './chain.ts';
import { ChainFailure, isRefusal } from './chain-failure.ts';
import type { GenerationEvent, GenerationRequest, Generations } from './generation.ts';
import { PrefixIndex } from './prefix-index.ts';
import { RouteSearch } from './route-search.ts';
import { SilentPeers } from '../../trust/silent-peers.ts';
import { aliveEveryMs } from '../protocol/stage-messages.ts';

export type CoordinatorOptions = {
  readonly opener: ChannelOpener;
  readonly knownPeers: () => readonly KnownPeer[];
  /** Of these, those that host the model, where that is known faster; absent: it is looked for among all. */
  readonly hostsOf?: (manifestId: string) => readonly KnownPeer[];
  /** What else routes for the model are judged by, and the rules that hold beside the question's own. */
  readonly routeFacts?: (manifestId: string, rules: RouteRules | undefined) => RouteFacts;
  /** A stage failed; whose fault it was is in it. */
  readonly onStageFailed?: (failure: ChainFailure) => void;
  readonly onAnswered?: (manifestId: string, receipt: Receipt) => void;
  /** A stage of this peer refused a request that another chain then answered. */
  readonly onWrongRefusal?: (peer: string) => void;
  /** Of this node, for its own user; they are there at the latest when `wakeOwnShards` has resolved. */
  readonly ownShards: () => readonly RecordedShard[];
  readonly wakeOwnShards?: (manifestId: string, signal: AbortSignal) => Promise<void>;
  /** Whether this node serves no shards now. */
  readonly isIdle?: () => boolean;
  /** What this node itself has to do with it when the model cannot answer; undefined when that is nothing to tell. */
  readonly whyNotHere?: (manifestId: string) => string | undefined;
  /** Models of which this node hosts layers. */
  readonly ownModels: () => readonly ModelSummary[];
  /** Monotonic time, in milliseconds. */
  readonly now?: () => number;
};

type RouteFacts = Pick<MeshQuestion, 'rules' | 'poolMembers' | 'ownMachines' | 'operators'>;

const nobody: ReadonlySet<string> = new Set();

export class Coordinator implements Generations {
  readonly #options: CoordinatorOptions;
  readonly #now: () => number;
  readonly #chains = new Set<Chain>();
  readonly #prefixIndex: PrefixIndex;
  readonly #silent = new SilentPeers();
  #beats: NodeJS.Timeout | undefined;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#prefixIndex = new PrefixIndex(this.#now);
  }

  /** Known peers that did not answer when they were last needed, and have told nothing since. */
  silentPeers(): ReadonlySet<string> {
    return new Set(this.#silent.among(this.#options.knownPeers()));
  }

  models(): readonly ModelSummary[] {
    const { ownModels, knownPeers } = this.#options;
    const peers = knownPeers().toSorted((a, b) => (a.peer < b.peer ? -1 : 1));
    const known = new Map<string, ModelSummary>();
    // What this node says about a model goes before what others say.
    for (const model of [...ownModels(), ...peers.flatMap(({ record }) => record.models)]) {
      if (!known.has(model.manifestId)) {
        known.set(model.manifestId, model);
      }
    }
    return [...known.values()].filter((model) => this.#isHosted(model));
  }

  /** The model's own limit where nobody hosts it: `generate` then says what is missing. */
  contextLength(model: ModelSummary, rules?: RouteRules): number {
    return Math.min(model.contextLength, this.#longest(model, rules) ?? model.contextLength);
  }

  /** The route that a short question would take now. @throws AppError as `planRoute` */
  route(model: ModelSummary, rules?: RouteRules): RouteView {
    try {
      return viewRoute({ ...this.#question(model, nobody, rules), sequenceTokens: 1, cells: 1 });
    } catch (error) {
      throw this.#withOwnReason(model, toAppError(error));
    }
  }

  async *generate(
    request: GenerationRequest,
    signal: AbortSignal,
  ): AsyncGenerator<GenerationEvent, void, void> {
    this.#check(request);
    const startedAt = this.#now();
    const search = new RouteSearch(
      (excluded) => this.#planAround(request, answer.avoided, excluded),
      this.#now,
    );
    const answer = new Answer({
      request,
      startedAt,
      opener: this.#options.opener,
      routeAround: (avoided) => this.#routeAround(request, avoided),
      onSilent: (peer) => this.#silent.note(peer, this.#hosts(request.model)),
      now: this.#now,
      cachedBy: (route) => this.#prefixIndex.take(request, route),
      onCached: (kept) => this.#prefixIndex.add(kept),
      onChain: (chain, isOpen) => this.#keepAlive(chain, isOpen),
    });
    const refusing = new Set<string>();
    for (;;) {
      await this.#options.wakeOwnShards?.(request.model.manifestId, signal);
      const before = answer.tokens;
      try {
        const route = await search.next(signal);
        for await (const event of answer.over(route, signal)) {
          if (event.type === 'done') {
            this.#options.onAnswered?.(request.model.manifestId, event.receipt);
          }
          yield event;
        }
        return;
      } catch (error) {
        const gotOn = answer.tokens > before;
        const isCut =
          answer.tokens > 0 && isFull(error) && !this.#mayFindRoom(request, answer, error, gotOn);
        if (isCut) {
          // What was shown stays an answer.
          yield answer.cutShort();
          return;
        }
        if (!(error instanceof ChainFailure)) {
          throw error;
        }
        this.#options.onStageFailed?.(error);
        const isOwnWord =
          error.error.code === 'request-invalid' && error.peer === this.#options.opener.peer;
        if (isOwnWord || !error.isWorthAnotherRoute || !answer.mayGoOn) {
          throw error.error;
        }
        const isIdle = this.#options.isIdle?.() ?? false;
        const isOwnIdle = isIdle && error.peer === this.#options.opener.peer;
        search.exclude(error, gotOn, !isOwnIdle);
        // Where tokens came the request was taken, and only a context may have become too small since.
        const wasTaken = gotOn && error.error.code === 'context-too-long';
        if (isRefusal(error.error) && !wasTaken) {
          refusing.add(error.peer);
        }
      } finally {
        if (answer.tokens > before) {
          refusing.forEach((peer) => this.#options.onWrongRefusal?.(peer));
          refusing.clear();
        }
      }
    }
  }

  /**
   * Whether an answer that has no room where it was may go on elsewhere. Stages on which it has got on have waited for room
   * already; places may become free.
   */
  #mayFindRoom(
    request: GenerationRequest,
    answer: Answer,
    error: unknown,
    gotOn: boolean,
  ): boolean {
    return (
      error instanceof ChainFailure &&
      answer.mayGoOn &&
      (!gotOn || this.#routeAround(request, new Set([...answer.avoided, error.peer])) !== undefined)
    );
  }

  /** What stages would refuse is refused here, so that an honest one never has to. */
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

  /**
   * Peers that this answer had better not use, and those that are silent, are used where nothing else is.
   * @throws AppError as `planRoute`
   */
  #planAround(
    request: GenerationRequest,
    avoided: ReadonlySet<string>,
    excluded: ReadonlySet<string>,
  ): readonly RouteStage[] {
    const silent = this.#silent.among(this.#hosts(request.model));
    if (avoided.size + silent.length > 0) {
      try {
        return this.#plan(request, new Set([...excluded, ...avoided, ...silent]));
      } catch {
        // Below it is said what is missing.
      }
    }
    return this.#plan(request, excluded);
  }

  #routeAround(
    request: GenerationRequest,
    avoided: ReadonlySet<string>,
  ): readonly RouteStage[] | undefined {
    try {
      return this.#planAround(request, nobody, avoided);
    } catch {
      return undefined;
    }
  }

  #plan(request: GenerationRequest, excluded: ReadonlySet<string>): readonly RouteStage[] {
    const { model, promptTokens, maxAnswerTokens, rules } = request;
    try {
      return planRoute({
        ...this.#question(model, excluded, rules),
        sequenceTokens: promptTokens.length,
        cells: promptTokens.length + maxAnswerTokens - 1,
        prefixHolders: this.#prefixIndex.holders(request),
      });
    } catch (error) {
      throw this.#withOwnReason(model, toAppError(error));
    }
  }

  /** Layers may be missing because of this very machine. */
  #withOwnReason({ manifestId }: ModelSummary, error: AppError): AppError {
    const own = this.#options.whyNotHere?.(manifestId);
    return error.code === 'no-route'
      ? new AppError(error.code, asSentences(error.message, ...(own === undefined ? [] : [own])), {
          cause: error,
        })
      : error;
  }

  /** Whatever the rules of the settings say: who asks is told which of them is in the way. */
  #isHosted(model: ModelSummary): boolean {
    const question = { ...this.#question(model, nobody, undefined), rules: undefined };
    return longestSequence(question) !== undefined;
  }

  #longest(model: ModelSummary, rules?: RouteRules): number | undefined {
    return longestSequence(this.#question(model, nobody, rules));
  }

  #hosts({ manifestId }: ModelSummary): readonly KnownPeer[] {
    return this.#options.hostsOf?.(manifestId) ?? this.#options.knownPeers();
  }

  #question(
    model: ModelSummary,
    excluded: ReadonlySet<string>,
    rules: RouteRules | undefined,
  ): MeshQuestion {
    const { opener, ownShards, routeFacts } = this.#options;
    const peers = this.#hosts(model);
    const facts = routeFacts?.(model.manifestId, rules) ?? {};
    return { model, self: opener.peer, ownShards: ownShards(), peers, excluded, rules, ...facts };
  }

  /** One timer for all chains, and none while there is no chain. */
  #keepAlive(chain: Chain, isOpen: boolean): void {
    if (isOpen) {
      this.#chains.add(chain);
      this.#beats ??= setInterval(() => this.#beat(), aliveEveryMs).unref();
    } else if (this.#chains.delete(chain) && this.#chains.size === 0) {
      clearInterval(this.#beats);
      this.#beats = undefined;
    }
  }

  #beat(): void {
    const now = this.#now();
    for (const chain of this.#chains) {
      chain.beat(now);
    }
  }
}

/** Layers are all there, and their caches or places are taken. */
function isFull(error: unknown): boolean {
  return (error instanceof ChainFailure ? error.error : toAppError(error)).code === 'over-capacity';
}

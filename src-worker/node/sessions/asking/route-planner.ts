/** Which routes there are for a model now, by peers' records, this node's own shards and the rules. */
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../../src-shared/model.ts';
import type { RouteRules } from '../../../../src-shared/route-rules.ts';
import type { RouteView } from '../../../../src-shared/route-view.ts';
import { asSentences } from '../../../../src-shared/sentences.ts';
import type { KnownPeer, RecordedShard } from '../../mesh/records/record.ts';
import {
  longestSequence,
  type MeshQuestion,
  planRoute,
  type RouteStage,
} from '../../routing/plan-route.ts';
import type { PrefixHolder } from '../../routing/route-question.ts';
import { viewRoute } from '../../routing/route-view.ts';
import { Trust } from '../../trust/trust.ts';
import type { GenerationRequest } from './generation.ts';

export type RoutePlannerOptions = {
  /** The peer of this node. */
  readonly self: string;
  /** Knows which peers do not answer; absent: what it learns ends with the planner. */
  readonly trust?: Trust;
  readonly knownPeers: () => readonly KnownPeer[];
  /** Of these, those that host the model, where that is known faster; absent: they are found among all. */
  readonly hostsOf?: (manifestId: string) => readonly KnownPeer[];
  /** What else routes for the model are judged by, and the rules that hold beside the question's own. */
  readonly routeFacts?: (manifestId: string, rules: RouteRules | undefined) => RouteFacts;
  /** Of this node, for its own user. */
  readonly ownShards: () => readonly RecordedShard[];
  /** What this node itself has to do with it when the model cannot answer; undefined when that is nothing to tell. */
  readonly whyNotHere?: (manifestId: string) => string | undefined;
  /** Models of which this node hosts layers. */
  readonly ownModels: () => readonly ModelSummary[];
  /** Stages that have the beginning of the prompt in their caches. */
  readonly prefixHolders: (request: GenerationRequest) => readonly PrefixHolder[];
};

type RouteFacts = Pick<MeshQuestion, 'rules' | 'poolMembers' | 'ownMachines' | 'operators'>;

const nobody: ReadonlySet<string> = new Set();

export class RoutePlanner {
  readonly #options: RoutePlannerOptions;
  readonly #trust: Trust;

  constructor(options: RoutePlannerOptions) {
    this.#options = options;
    this.#trust = options.trust ?? new Trust();
  }

  /** Known peers that did not answer when they were last needed, and have told nothing since. */
  silentPeers(): ReadonlySet<string> {
    return new Set(this.#silentAmong(this.#options.knownPeers()));
  }

  /** A peer of which this model needed something does not answer. */
  noteSilence(peer: string, model: ModelSummary): void {
    const host = this.#hosts(model).find((each) => each.peer === peer);
    if (host !== undefined) {
      const { sequence } = host.record;
      const proof = 'It did not answer when an answer needed it';
      this.#trust.report({ who: peer, what: 'silent', proof, sequence });
    }
  }

  /** Models that may be asked for now, own ones and those that peers' records make complete. */
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

  /** Most tokens of prompt and answer together; undefined where no peers host the whole model. */
  longest(model: ModelSummary, rules?: RouteRules): number | undefined {
    return longestSequence(this.#question(model, nobody, rules));
  }

  /** The route that a short question would take now. @throws AppError as `planRoute` */
  view(model: ModelSummary, rules?: RouteRules): RouteView {
    try {
      return viewRoute({ ...this.#question(model, nobody, rules), sequenceTokens: 1, cells: 1 });
    } catch (error) {
      throw this.#withOwnReason(model, toAppError(error));
    }
  }

  /**
   * The best route without those that are excluded. Peers that the answer had better avoid, and those that are silent, are
   * used where no other is left.
   * @throws AppError as `planRoute`
   */
  plan(
    request: GenerationRequest,
    excluded: ReadonlySet<string>,
    avoided: ReadonlySet<string>,
  ): readonly RouteStage[] {
    const around = new Set([...excluded, ...avoided]);
    let route: readonly RouteStage[];
    try {
      route = this.#planWithout(request, around);
    } catch (error) {
      if (avoided.size === 0) {
        throw error;
      }
      return this.#planWithout(request, excluded);
    }
    // The best route of all is also the best without silent peers if it has none, so few hosts are ever asked about.
    if (!route.some(({ peer }) => this.#trust.wasSilent(peer))) {
      return route;
    }
    const silent = this.#silentAmong(this.#hosts(request.model));
    try {
      return this.#planWithout(request, new Set([...around, ...silent]));
    } catch {
      // Some layers are hosted by none but peers that the answer had better not use.
      return this.#planWithout(request, excluded);
    }
  }

  /** The best route without these peers; undefined when there is none now. */
  planAround(
    request: GenerationRequest,
    excluded: ReadonlySet<string>,
  ): readonly RouteStage[] | undefined {
    try {
      return this.plan(request, excluded, nobody);
    } catch {
      return undefined;
    }
  }

  #silentAmong(peers: readonly KnownPeer[]): string[] {
    return peers.filter((each) => this.#trust.isSilent(each)).map(({ peer }) => peer);
  }

  #planWithout(request: GenerationRequest, excluded: ReadonlySet<string>): readonly RouteStage[] {
    const { model, promptTokens, maxAnswerTokens, rules } = request;
    try {
      return planRoute({
        ...this.#question(model, excluded, rules),
        sequenceTokens: promptTokens.length,
        cells: promptTokens.length + maxAnswerTokens - 1,
        prefixHolders: this.#options.prefixHolders(request),
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

  /** Whatever the rules of the settings say: a question is told which of them is in the way. */
  #isHosted(model: ModelSummary): boolean {
    const question = { ...this.#question(model, nobody, undefined), rules: undefined };
    return longestSequence(question) !== undefined;
  }

  #hosts({ manifestId }: ModelSummary): readonly KnownPeer[] {
    return this.#options.hostsOf?.(manifestId) ?? this.#options.knownPeers();
  }

  #question(
    model: ModelSummary,
    excluded: ReadonlySet<string>,
    rules: RouteRules | undefined,
  ): MeshQuestion {
    const { self, ownShards, routeFacts } = this.#options;
    const peers = this.#hosts(model);
    const facts = routeFacts?.(model.manifestId, rules) ?? {};
    return { model, self, ownShards: ownShards(), peers, excluded, rules, ...facts };
  }
}

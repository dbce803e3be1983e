/** Plans routes for a model from peers' records, this node's own shards and the rules. */
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
  /** This node's own peer id. */
  readonly self: string;
  /** Knows which peers are silent; absent: the planner remembers them for itself alone. */
  readonly trust?: Trust;
  readonly knownPeers: () => readonly KnownPeer[];
  /** The peers that host the model, from an index; absent: the planner looks through all peers. */
  readonly hostsOf?: (manifestId: string) => readonly KnownPeer[];
  /** Further facts by which routes for the model are judged, and the rules that hold beside the question's own. */
  readonly routeFacts?: (manifestId: string, rules: RouteRules | undefined) => RouteFacts;
  /** Shards of this node that its own user may use. */
  readonly ownShards: () => readonly RecordedShard[];
  /** This node's own part in it when a model cannot be used, as a sentence; undefined when it has none. */
  readonly whyNotHere?: (manifestId: string) => string | undefined;
  /** Models of which this node hosts layers. */
  readonly ownModels: () => readonly ModelSummary[];
  /** Stages that have the beginning of the prompt in their caches. */
  readonly prefixHolders: (request: GenerationRequest) => readonly PrefixHolder[];
};

type RouteFacts = Pick<MeshQuestion, 'rules' | 'poolMembers' | 'ownMachines' | 'operators'>;

const noPeers: ReadonlySet<string> = new Set();

export class RoutePlanner {
  readonly #options: RoutePlannerOptions;
  readonly #trust: Trust;

  constructor(options: RoutePlannerOptions) {
    this.#options = options;
    this.#trust = options.trust ?? new Trust();
  }

  /** Known peers that were silent when they were last needed and have published no record since. */
  silentPeers(): ReadonlySet<string> {
    return new Set(this.#silentAmong(this.#options.knownPeers()));
  }

  /** Notes that a peer was silent while an answer of this model needed it. */
  noteSilence(peer: string, model: ModelSummary): void {
    const host = this.#hosts(model).find((each) => each.peer === peer);
    if (host !== undefined) {
      const { sequence } = host.record;
      const proof = 'It was silent when an answer needed it';
      this.#trust.report({ who: peer, what: 'silent', proof, sequence });
    }
  }

  /** Models that a chat may use now: own ones, and those of which peers' records together host all layers. */
  models(): readonly ModelSummary[] {
    const { ownModels, knownPeers } = this.#options;
    const peers = knownPeers().toSorted((a, b) => (a.peer < b.peer ? -1 : 1));
    const known = new Map<string, ModelSummary>();
    // This node's own summary of a model takes precedence over those of peers.
    for (const model of [...ownModels(), ...peers.flatMap(({ record }) => record.models)]) {
      if (!known.has(model.manifestId)) {
        known.set(model.manifestId, model);
      }
    }
    return [...known.values()].filter((model) => this.#isHosted(model));
  }

  /** Most tokens of prompt and answer together; undefined where the peers do not host all layers of the model. */
  longest(model: ModelSummary, rules?: RouteRules): number | undefined {
    return longestSequence(this.#question(model, noPeers, rules));
  }

  /** The route that a short question would take now. @throws AppError as `planRoute` */
  view(model: ModelSummary, rules?: RouteRules): RouteView {
    try {
      return viewRoute({ ...this.#question(model, noPeers, rules), sequenceTokens: 1, cells: 1 });
    } catch (error) {
      throw this.#withOwnReason(model, toAppError(error));
    }
  }

  /**
   * The best route without the excluded peers. Avoided peers and silent ones are used only where their layers have no other
   * host.
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
    // If the best route of all has no silent peer, it is the best without silent peers too: few hosts need to be checked.
    if (!route.some(({ peer }) => this.#trust.wasSilent(peer))) {
      return route;
    }
    const silent = this.#silentAmong(this.#hosts(request.model));
    try {
      return this.#planWithout(request, new Set([...around, ...silent]));
    } catch {
      // Some layers are hosted by avoided or silent peers alone.
      return this.#planWithout(request, excluded);
    }
  }

  /** The best route without these peers; undefined when there is none now. */
  planAround(
    request: GenerationRequest,
    excluded: ReadonlySet<string>,
  ): readonly RouteStage[] | undefined {
    try {
      return this.plan(request, excluded, noPeers);
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

  /** Adds to the error why this machine's own shards are missing, where that is the reason. */
  #withOwnReason({ manifestId }: ModelSummary, error: AppError): AppError {
    const own = this.#options.whyNotHere?.(manifestId);
    return error.code === 'no-route'
      ? new AppError(error.code, asSentences(error.message, ...(own === undefined ? [] : [own])), {
          cause: error,
        })
      : error;
  }

  /** Whether the mesh hosts the whole model if the rules are left aside: the error can then name the rule in the way. */
  #isHosted(model: ModelSummary): boolean {
    const question = { ...this.#question(model, noPeers, undefined), rules: undefined };
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

/** What this node goes by when it plans routes: which peers host what, are in its pools, and are how far trusted. */
import type { Receipt } from '../../../src-shared/chat.ts';
import type { AppError, ErrorCode } from '../../../src-shared/errors.ts';
import type { Routing } from '../../../src-shared/api/node-config.ts';
import { noRules, type RouteRules } from '../../../src-shared/route-rules.ts';
import type { KnownPeer } from '../mesh/records/record.ts';
import type { PoolMesh } from '../pools/pool-mesh.ts';
import { MeasuredSpeeds } from './measured-speeds.ts';
import { operatorsOf } from './operators.ts';
import { PeerView } from './peer-view.ts';
import type { RouteQuestion } from './route-question.ts';
import type { Trust } from '../trust/trust.ts';
import { stricterRules } from './stricter-rules.ts';

/** A stage that ends so has failed; one that is full, or takes no such request, has not. */
const faultsOfPeers: ReadonlySet<ErrorCode> = new Set([
  'peer-failed',
  'engine-died',
  'engine-failed',
  'protocol-violation',
]);

type RouteFacts = Pick<RouteQuestion, 'rules' | 'poolMembers' | 'ownMachines' | 'operators'>;

export class MeshRoutes {
  readonly #mesh: PoolMesh;
  readonly #trust: Trust;
  readonly #view: PeerView;
  readonly #speeds: MeasuredSpeeds;
  #routing: Routing;

  constructor(
    mesh: PoolMesh,
    trust: Trust,
    routing: Routing = { rules: noRules, ownMachines: [] },
    now: () => number = () => performance.now(),
  ) {
    this.#routing = routing;
    this.#mesh = mesh;
    this.#trust = trust;
    this.#speeds = new MeasuredSpeeds(now);
    this.#view = new PeerView({
      mesh,
      reputationOf: (peer) => trust.reputation(peer),
      measuredOf: (peer) => this.#speeds.of(peer),
    });
    trust.onLowered((peer) => this.#view.touch(peer));
  }

  /** All known peers, in no order that means anything. */
  peers(): readonly KnownPeer[] {
    return this.#view.all();
  }

  /** Those that host layers of the model. */
  hosts(manifestId: string): readonly KnownPeer[] {
    return this.#view.hosts(manifestId);
  }

  /** Rules that hold for every question from now on, and which machines are the owner's. */
  setRouting(routing: Routing): void {
    this.#routing = routing;
  }

  /**
   * A question's own rules and those of the settings in one.
   * @throws AppError `request-invalid` when no peer can keep both
   */
  rules(own: RouteRules | undefined): RouteRules {
    return stricterRules(this.#routing.rules, own);
  }

  /**
   * What a question for the model is judged by, with its own rules and those of the settings in one.
   * @throws AppError `request-invalid` when no peer can keep both
   */
  facts(manifestId: string, own: RouteRules | undefined): RouteFacts {
    const rules = this.rules(own);
    const ownMachines = this.#ownMachines();
    return {
      rules,
      poolMembers: rules.poolOnly ? this.#mesh.pools.servers() : undefined,
      ownMachines,
      operators:
        rules.leastOperators > 1
          ? operatorsOf(this.hosts(manifestId), this.#mesh.peer, ownMachines)
          : undefined,
    };
  }

  #ownMachines(): ReadonlySet<string> {
    const { pools } = this.#mesh;
    const named = this.#routing.ownMachines;
    // An id may be a peer's or a pool's; of a pool that is not joined there are no members.
    return new Set(named.flatMap((id) => [id, ...pools.servers(id)]));
  }

  /** Members of the own pools and own machines. */
  isTrusted(peer: string): boolean {
    return this.#mesh.pools.servers().has(peer) || this.#ownMachines().has(peer);
  }

  /** A stage of a chain ended with this error. */
  stageFailed({ peer, error }: { readonly peer: string; readonly error: AppError }): void {
    if (peer !== this.#mesh.peer && faultsOfPeers.has(error.code)) {
      this.#trust.report({ who: peer, what: 'failed', proof: error.message });
    }
  }

  /** An answer of this model is complete. */
  answered(manifestId: string, receipt: Receipt): void {
    const peer = this.#speeds.note(manifestId, receipt);
    if (peer !== undefined) {
      this.#view.touch(peer);
    }
  }

  /** A stage refused a request that another chain then answered. */
  wronglyRefused(peer: string): void {
    if (peer !== this.#mesh.peer) {
      const proof = 'It refused a request that another chain answered';
      this.#trust.report({ who: peer, what: 'refusedWrongly', proof });
    }
  }
}

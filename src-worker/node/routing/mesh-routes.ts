/** The facts by which this node plans routes: the peers' shards, pools and reputation, the settings' rules. */
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

/** Codes that count as a failure of the stage's peer; being full or refusing a request does not. */
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

  /** All known peers, in no particular order. */
  peers(): readonly KnownPeer[] {
    return this.#view.all();
  }

  /** The peers that host layers of the model. */
  hosts(manifestId: string): readonly KnownPeer[] {
    return this.#view.hosts(manifestId);
  }

  /** Sets the rules for every question from now on, and the owner's machines. */
  setRouting(routing: Routing): void {
    this.#routing = routing;
  }

  /**
   * A question's own rules combined with those of the settings.
   * @throws AppError `request-invalid` when no peer can satisfy both
   */
  rules(own: RouteRules | undefined): RouteRules {
    return stricterRules(this.#routing.rules, own);
  }

  /**
   * The facts for a question about the model, with its own rules and those of the settings combined.
   * @throws AppError `request-invalid` when no peer can satisfy both
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
    // An id may be a peer's or a pool's; a pool that this node has not joined has no members here.
    return new Set(named.flatMap((id) => [id, ...pools.servers(id)]));
  }

  /** Whether the peer is a member of this node's pools or a machine of its owner. */
  isTrusted(peer: string): boolean {
    return this.#mesh.pools.servers().has(peer) || this.#ownMachines().has(peer);
  }

  /** Notes that a stage of a chain ended with this error. */
  stageFailed({ peer, error }: { readonly peer: string; readonly error: AppError }): void {
    if (peer !== this.#mesh.peer && faultsOfPeers.has(error.code)) {
      this.#trust.report({ who: peer, what: 'failed', proof: error.message });
    }
  }

  /** Notes a complete answer of this model. */
  answered(manifestId: string, receipt: Receipt): void {
    const peer = this.#speeds.note(manifestId, receipt);
    if (peer !== undefined) {
      this.#view.touch(peer);
    }
  }

  /** Notes that a stage refused a request which another chain then answered. */
  wronglyRefused(peer: string): void {
    if (peer !== this.#mesh.peer) {
      const proof = 'It refused a request that another chain answered';
      this.#trust.report({ who: peer, what: 'refusedWrongly', proof });
    }
  }
}

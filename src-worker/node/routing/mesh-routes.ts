/** What this node goes by when it plans routes: who hosts what, who is in its pools, and how each peer stands. */
import type { ErrorCode } from '../../../src-shared/errors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { KnownPeer } from '../mesh/record.ts';
import type { ChainFailure } from '../sessions/chain-failure.ts';
import { PeerView } from './peer-view.ts';
import type { RouteQuestion } from './route-question.ts';
import type { PeerFault, StandingBook } from './standing-book.ts';

/** A stage that ends so has failed; one that is full, or takes no such request, has not. */
const faultsOfPeers: ReadonlySet<ErrorCode> = new Set([
  'peer-failed',
  'engine-died',
  'engine-failed',
  'protocol-violation',
]);

export class MeshRoutes {
  readonly #mesh: Mesh;
  readonly #standing: StandingBook;
  readonly #view: PeerView;

  constructor(mesh: Mesh, standing: StandingBook) {
    this.#mesh = mesh;
    this.#standing = standing;
    this.#view = new PeerView({ mesh, standingOf: (peer) => standing.of(peer) });
  }

  /** Everybody who is known, in no order that means anything. */
  peers(): readonly KnownPeer[] {
    return this.#view.all();
  }

  /** Those that host layers of the model. */
  hosts(manifestId: string): readonly KnownPeer[] {
    return this.#view.hosts(manifestId);
  }

  facts(): Pick<RouteQuestion, 'poolMembers'> {
    return { poolMembers: this.#mesh.pools.servers() };
  }

  stageFailed({ peer, error }: ChainFailure): void {
    if (peer !== this.#mesh.peer && faultsOfPeers.has(error.code)) {
      this.blame(peer, 'failed');
    }
  }

  blame(peer: string, fault: PeerFault): void {
    this.#standing.lower(peer, fault);
    this.#view.touch(peer);
  }
}

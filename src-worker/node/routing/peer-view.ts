/**
 * The known peers as the planner of routes needs them: with their reputation, by the models that they host, and kept up
 * to date peer by peer, so that neither a question nor a record goes through all of ten thousand.
 */
import type { KnownPeer } from '../mesh/records/record.ts';
import { RouteIndex } from './route-index.ts';

export type PeerViewOptions = {
  readonly mesh: {
    knownPeers(): readonly KnownPeer[];
    knownPeer(peer: string): KnownPeer | undefined;
    onChange(listener: (peer: string | undefined) => void): () => void;
  };
  readonly reputationOf: (peer: string) => number;
  /** See MeasuredSpeeds.of. */
  readonly measuredOf?: (peer: string) => ReadonlyMap<string, number> | undefined;
};

export class PeerView {
  readonly #options: PeerViewOptions;
  readonly #peers = new Map<string, KnownPeer>();
  readonly #index = new RouteIndex();
  /** Peers about which something may be new; undefined: about all. */
  #stale: Set<string> | undefined;
  #list: readonly KnownPeer[] | undefined;

  constructor(options: PeerViewOptions) {
    this.#options = options;
    options.mesh.onChange((peer) => this.touch(peer));
  }

  get size(): number {
    this.#refresh();
    return this.#peers.size;
  }

  /** All known peers, in no order that means anything. */
  all(): readonly KnownPeer[] {
    this.#refresh();
    this.#list ??= [...this.#peers.values()];
    return this.#list;
  }

  /** Those with shards of the model. */
  hosts(manifestId: string): readonly KnownPeer[] {
    this.#refresh();
    return this.#index.hosts(manifestId);
  }

  /** Something may be new about this peer, or about all. */
  touch(peer: string | undefined): void {
    if (peer === undefined) {
      this.#stale = undefined;
    } else {
      this.#stale?.add(peer);
    }
  }

  #refresh(): void {
    const { mesh } = this.#options;
    if (this.#stale === undefined) {
      const known = mesh.knownPeers();
      const current = new Set(known.map(({ peer }) => peer));
      this.#stale = new Set();
      for (const peer of this.#peers.keys()) {
        if (!current.has(peer)) {
          this.#remove(peer);
        }
      }
      known.forEach((each) => this.#set(each));
      return;
    }
    const stale = [...this.#stale];
    this.#stale.clear();
    for (const peer of stale) {
      const known = mesh.knownPeer(peer);
      if (known === undefined) {
        this.#remove(peer);
      } else {
        this.#set(known);
      }
    }
  }

  #set(known: KnownPeer): void {
    const { peer, connected, latencyMs } = known;
    const reputation = this.#options.reputationOf(peer);
    const measured = this.#options.measuredOf?.(peer);
    const judged = {
      ...known,
      ...(reputation === 1 ? {} : { reputation }),
      ...(measured === undefined ? {} : { measured }),
    };
    this.#peers.set(peer, judged);
    this.#index.set(judged);
    this.#list = undefined;
    if (connected && latencyMs === undefined) {
      // The first ping is no news of the peer's; it is waited for until it is there.
      this.#stale?.add(peer);
    }
  }

  #remove(peer: string): void {
    this.#peers.delete(peer);
    this.#index.remove(peer);
    this.#list = undefined;
  }
}

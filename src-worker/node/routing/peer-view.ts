/**
 * The known peers as the route planner needs them: with their reputation, indexed by the models that they host, and updated
 * one peer at a time, so that neither a question nor a record goes through all of ten thousand.
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
  /** Measured speeds of a peer, see MeasuredSpeeds.of. */
  readonly measuredOf?: (peer: string) => ReadonlyMap<string, number> | undefined;
};

export class PeerView {
  readonly #options: PeerViewOptions;
  readonly #peers = new Map<string, KnownPeer>();
  readonly #index = new RouteIndex();
  /** Peers that may have changed; undefined: all may have. */
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

  /** All known peers, in no particular order. */
  all(): readonly KnownPeer[] {
    this.#refresh();
    this.#list ??= [...this.#peers.values()];
    return this.#list;
  }

  /** The peers with shards of the model. */
  hosts(manifestId: string): readonly KnownPeer[] {
    this.#refresh();
    return this.#index.hosts(manifestId);
  }

  /** Notes that this peer may have changed, or without one that all may have. */
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
      // No event tells of the first ping's latency, so the peer stays stale until it is known.
      this.#stale?.add(peer);
    }
  }

  #remove(peer: string): void {
    this.#peers.delete(peer);
    this.#index.remove(peer);
    this.#list = undefined;
  }
}

/**
 * The hosts of each model, updated record by record, so that planning a route reads the hosts of one model
 * and never all known peers.
 */
import type { KnownPeer } from '../mesh/records/record.ts';

const noPeers: readonly KnownPeer[] = [];

type Hosts = {
  readonly byPeer: Map<string, KnownPeer>;
  /** The same peers as a list, cached until the next change. */
  list: readonly KnownPeer[] | undefined;
};

export class RouteIndex {
  readonly #models = new Map<string, Hosts>();
  /** The models under which each peer was entered. */
  readonly #entered = new Map<string, ReadonlySet<string>>();

  get size(): number {
    return this.#entered.size;
  }

  /** Enters a peer, or its new record, connection, latency or reputation. */
  set(known: KnownPeer): void {
    const models = new Set(known.record.shards.map(({ manifestId }) => manifestId));
    for (const former of this.#entered.get(known.peer) ?? []) {
      if (!models.has(former)) {
        this.#leave(former, known.peer);
      }
    }
    this.#entered.set(known.peer, models);
    for (const model of models) {
      const hosts = this.#models.get(model) ?? { byPeer: new Map(), list: undefined };
      hosts.byPeer.set(known.peer, known);
      hosts.list = undefined;
      this.#models.set(model, hosts);
    }
  }

  remove(peer: string): void {
    for (const model of this.#entered.get(peer) ?? []) {
      this.#leave(model, peer);
    }
    this.#entered.delete(peer);
  }

  /** Peers with shards of the model, in no particular order. The same list object until something changes. */
  hosts(manifestId: string): readonly KnownPeer[] {
    const hosts = this.#models.get(manifestId);
    if (hosts === undefined) {
      return noPeers;
    }
    hosts.list ??= [...hosts.byPeer.values()];
    return hosts.list;
  }

  #leave(model: string, peer: string): void {
    const hosts = this.#models.get(model);
    hosts?.byPeer.delete(peer);
    if (hosts?.byPeer.size === 0) {
      this.#models.delete(model);
    } else if (hosts !== undefined) {
      hosts.list = undefined;
    }
  }
}

/**
 * Peers that sent no reply when an answer of this node needed them, for instance because the machine sleeps or hangs. Their
 * records are believed for up to a minute, in which every question would find the silence out anew. Until a silent peer's
 * next record, routes prefer other peers.
 */
import { RecentMap } from '../base/recent-map.ts';
import { mostSilent } from './faults.ts';

/** A known peer with its latest record. */
export type RecordedPeer = {
  readonly peer: string;
  readonly record: { readonly sequence: number };
};

export class SilentPeers {
  /** The sequence number of the record that each peer had when it was silent. */
  readonly #noted = new RecentMap<number>(mostSilent);

  /** Notes that the peer, which has this record, is silent. */
  note({ peer, record }: RecordedPeer): void {
    this.#noted.set(peer, record.sequence);
  }

  /** Whether the peer was silent once, with or without a newer record since. Unlike `has`, it needs no record. */
  wasNoted(peer: string): boolean {
    return this.#noted.get(peer) !== undefined;
  }

  /** Whether the peer was silent and has published no record since. */
  has({ peer, record }: RecordedPeer): boolean {
    return this.#noted.get(peer) === record.sequence;
  }
}

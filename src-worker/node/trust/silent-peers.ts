/**
 * Peers that did not answer when an answer of this node needed them, as one whose machine sleeps or hangs: its record is
 * believed for up to a minute, and every question would find out anew. Until its next record, others go first.
 */
import { RecentMap } from '../base/recent-map.ts';
import { mostSilent } from './faults.ts';

/** Of a known peer, the part that counts here: its latest record. */
export type RecordedPeer = {
  readonly peer: string;
  readonly record: { readonly sequence: number };
};

export class SilentPeers {
  /** The sequence number of the record that each had then. */
  readonly #noted = new RecentMap<number>(mostSilent);

  /** The peer with this record does not answer. */
  note({ peer, record }: RecordedPeer): void {
    this.#noted.set(peer, record.sequence);
  }

  /** Whether it did not answer, whatever it has told since. Needs no record, unlike `has`. */
  wasNoted(peer: string): boolean {
    return this.#noted.get(peer) !== undefined;
  }

  /** Whether it did not answer, and has told nothing since. */
  has({ peer, record }: RecordedPeer): boolean {
    return this.#noted.get(peer) === record.sequence;
  }
}

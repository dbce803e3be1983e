/**
 * Peers that did not answer when an answer of this node needed them, as one whose machine sleeps or hangs: its record is
 * believed for up to a minute, and every question would find out anew. Until its next record, others go first.
 */

/** Of a peer, the part that counts here: its latest record. */
type RecordedPeer = { readonly peer: string; readonly record: { readonly sequence: number } };

/** The one that was noted longest ago is forgotten first. */
const maxNoted = 256;

export class SilentPeers {
  /** The sequence number of the record that each had then; the latest last. */
  readonly #noted = new Map<string, number>();

  /** Of these peers, the one with this name does not answer. */
  note(name: string, peers: readonly RecordedPeer[]): void {
    const known = peers.find(({ peer }) => peer === name);
    if (known === undefined) {
      return;
    }
    this.#noted.delete(name);
    const [oldest] = this.#noted.keys();
    if (oldest !== undefined && this.#noted.size >= maxNoted) {
      this.#noted.delete(oldest);
    }
    this.#noted.set(name, known.record.sequence);
  }

  /** Those of these peers that have told nothing since. */
  among(peers: readonly RecordedPeer[]): readonly string[] {
    return this.#noted.size === 0
      ? []
      : peers
          .filter(({ peer, record }) => this.#noted.get(peer) === record.sequence)
          .map(({ peer }) => peer);
  }
}

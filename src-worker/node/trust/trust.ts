/**
 * Trust in peers. Parts of the node that meet a peer report evidence here; reputation, blocklist and silent peers follow from
 * it. Each has a bounded memory of its own, so that identities, which are cheap to make, cannot push a grave fault out by
 * many small ones.
 *
 * Facts that matter to one answer or one download alone stay there: the peers that an answer avoids (route-search.ts), and
 * the sources that a download has dropped (source-pool.ts), many of which are no peers.
 */
import type { Log } from '../base/log.ts';
import { shortName } from '../identity/peer-name.ts';
import { Blocklist } from './blocklist.ts';
import type { Evidence, Report } from './evidence.ts';
import { isDistrusted, Reputation } from './reputation.ts';
import { type RecordedPeer, SilentPeers } from './silent-peers.ts';
import { WrongRefusals } from './wrong-refusals.ts';

export type TrustOptions = {
  /** The reputation from former runs; absent: it begins empty and is not stored. */
  readonly reputation?: Reputation;
  readonly log?: Log;
  /** Monotonic time, in milliseconds. */
  readonly now?: () => number;
};

type Listener = (peer: string) => void;

export class Trust {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #reputation: Reputation;
  readonly #blocklist: Blocklist;
  readonly #refusals: WrongRefusals;
  readonly #silent = new SilentPeers();
  readonly #onLowered = new Set<Listener>();
  readonly #onBarred = new Set<Listener>();

  constructor({
    log = () => {},
    now = () => performance.now(),
    reputation = new Reputation(now),
  }: TrustOptions = {}) {
    this.#log = log;
    this.#now = now;
    this.#reputation = reputation;
    this.#blocklist = new Blocklist(now);
    this.#refusals = new WrongRefusals(now);
  }

  /** Takes evidence against a peer. */
  report(report: Report): void {
    const { who, proof } = report;
    if (report.what === 'silent') {
      this.#silent.note({ peer: who, record: report });
      return;
    }
    const when = this.#now();
    if (report.what !== 'refusedWrongly') {
      this.#blame({ ...report, when });
    } else if (this.#refusals.isFault(who)) {
      this.#blame({ who, what: 'lied', when, proof });
    }
  }

  /** Whether the peer may not connect now. */
  isBarred(peer: string): boolean {
    return this.#blocklist.has(peer);
  }

  /** The peer's reputation, from 1 (no fault known) down to nearly 0. */
  reputation(peer: string): number {
    return this.#reputation.of(peer);
  }

  /** Whether the peer was silent when it was last needed and has published no record since. */
  isSilent(peer: RecordedPeer): boolean {
    return this.#silent.has(peer);
  }

  /** Whether the peer was silent once, with or without a newer record since: if not, `isSilent` is false too. */
  wasSilent(peer: string): boolean {
    return this.#silent.wasNoted(peer);
  }

  /** Calls the listener with each peer whose reputation has fallen. */
  onLowered(listener: Listener): void {
    this.#onLowered.add(listener);
  }

  /** Calls the listener with each newly barred peer, after the report that barred it has returned. */
  onBarred(listener: Listener): void {
    this.#onBarred.add(listener);
  }

  #blame(evidence: Evidence): void {
    const { who, what } = evidence;
    const wasDistrusted = isDistrusted(this.#reputation.of(who));
    this.#reputation.lower(who, what);
    this.#onLowered.forEach((listener) => listener(who));
    if (!wasDistrusted && isDistrusted(this.#reputation.of(who))) {
      this.#log(
        'info',
        `Peer ${shortName(who)} is used only where no other peer can serve`,
        evidence,
      );
    }
    if (what === 'violated' && this.#blocklist.violated(who)) {
      const told = `Peer ${shortName(who)} broke protocols too often and is barred`;
      this.#log('warn', told, { peer: who, proof: evidence.proof });
      // Listeners run later, since the reporter is still handling a channel of that peer.
      queueMicrotask(() => this.#onBarred.forEach((listener) => listener(who)));
    }
  }
}

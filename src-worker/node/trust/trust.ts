/**
 * What this node thinks of its peers: parts that meet one report evidence here, and three readers answer from it. Each keeps a
 * bounded memory of its own, so that peers that are cheap to make cannot push a worse fault out by many small ones.
 *
 * What counts for one answer or one download alone stays there: the peers that an answer goes round (route-search.ts), and the
 * sources that a download asks no more (source-pool.ts), of which many are no peers.
 */
import type { Log } from '../base/log.ts';
import { shortName } from '../identity/peer-name.ts';
import { Blocklist } from './blocklist.ts';
import type { Evidence, Report } from './evidence.ts';
import { isDistrusted, Reputation } from './reputation.ts';
import { type RecordedPeer, SilentPeers } from './silent-peers.ts';
import { WrongRefusals } from './wrong-refusals.ts';

export type TrustOptions = {
  /** What is known of former runs; absent: nothing, and nothing is stored. */
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

  /** The peer did something wrong. */
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

  /** Whether the peer is not to be talked to at all. */
  isBarred(peer: string): boolean {
    return this.#blocklist.has(peer);
  }

  /** From 1 (no fault known) down to nearly 0. */
  reputation(peer: string): number {
    return this.#reputation.of(peer);
  }

  /** Whether the peer did not answer when it was last needed, and has told nothing since. */
  isSilent(peer: RecordedPeer): boolean {
    return this.#silent.has(peer);
  }

  /** Whether the peer once did not answer, whatever it has told since: where not, it is not silent. */
  wasSilent(peer: string): boolean {
    return this.#silent.wasNoted(peer);
  }

  /** Calls the listener with each peer whose reputation has fallen. */
  onLowered(listener: Listener): void {
    this.#onLowered.add(listener);
  }

  /** Calls the listener with each peer that is barred from now on, when the reporter is done. */
  onBarred(listener: Listener): void {
    this.#onBarred.add(listener);
  }

  #blame(evidence: Evidence): void {
    const { who, what } = evidence;
    const wasDistrusted = isDistrusted(this.#reputation.of(who));
    this.#reputation.lower(who, what);
    this.#onLowered.forEach((listener) => listener(who));
    if (!wasDistrusted && isDistrusted(this.#reputation.of(who))) {
      this.#log('info', `Peer ${shortName(who)} is asked only where nobody else helps`, evidence);
    }
    if (what === 'violated' && this.#blocklist.violated(who)) {
      const told = `Peer ${shortName(who)} breaks the rules and is not talked to any more`;
      this.#log('warn', told, { peer: who, proof: evidence.proof });
      // Not now: the reporter is in the middle of a channel of that peer.
      queueMicrotask(() => this.#onBarred.forEach((listener) => listener(who)));
    }
  }
}

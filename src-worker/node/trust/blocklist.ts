/**
 * Peers that broke rules again and again: they are cut off and not talked to for a while. One violation ends a channel
 * and no more, since a version to come may say what this one does not understand.
 */
import type { Libp2p } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { AppError } from '../../../src-shared/errors.ts';
import type { Log } from '../base/log.ts';
import { shortName } from '../identity/peer-name.ts';

/** So many violations within the time make an offender, and for so long, in milliseconds. */
const maxViolations = 32;
const forgetAfterMs = 10 * 60_000;

/** Most peers that are remembered; the one that began longest ago goes first. */
const maxPeers = 4096;

type Account = { readonly since: number; violations: number };

export class Blocklist {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();
  #libp2p: Pick<Libp2p, 'getConnections'> | undefined;

  /** `now`: monotonic time, in milliseconds. */
  constructor(log: Log, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** Whose connections are cut. */
  watch(libp2p: Pick<Libp2p, 'getConnections'>): void {
    this.#libp2p = libp2p;
  }

  /** Whether the peer is not to be talked to. */
  has(peer: string): boolean {
    return (this.#current(peer)?.violations ?? 0) >= maxViolations;
  }

  /** The peer broke the rules of a protocol. */
  violated(peer: string): void {
    let account = this.#current(peer);
    if (account === undefined) {
      account = { since: this.#now(), violations: 0 };
      this.#makeRoom();
      this.#accounts.set(peer, account);
    }
    account.violations += 1;
    if (account.violations === maxViolations) {
      this.#cut(peer);
    }
  }

  #cut(peer: string): void {
    this.#log('warn', `Peer ${shortName(peer)} breaks the rules and is not talked to any more`, {
      peer,
    });
    const reason = new AppError('protocol-violation', 'A peer broke the rules too often');
    // Not now: whoever reports is in the middle of a channel of that connection.
    queueMicrotask(() => {
      const connections = this.#libp2p?.getConnections(peerIdFromString(peer)) ?? [];
      connections.forEach((connection) => connection.abort(reason));
    });
  }

  #current(peer: string): Account | undefined {
    const account = this.#accounts.get(peer);
    if (account !== undefined && this.#now() - account.since >= forgetAfterMs) {
      this.#accounts.delete(peer);
      return undefined;
    }
    return account;
  }

  #makeRoom(): void {
    const [oldest] = this.#accounts.keys();
    if (oldest !== undefined && this.#accounts.size >= maxPeers) {
      this.#accounts.delete(oldest);
    }
  }
}

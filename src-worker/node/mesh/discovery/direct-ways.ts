/**
 * From relays to direct ways: a peer that was met over a relay may be reachable after all, once its router has opened a
 * port or a way was found. It says so in its record, and is dialled there; the relay is left when nothing is under way.
 */
import type { Connection } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Log } from '../../base/log.ts';
import { isPublic, isRelayed } from '../addresses.ts';
import { shortName } from '../../identity/peer-name.ts';
import { recordProtocol } from '../records/record-messages.ts';

/** An address that led nowhere is tried again this much later, in milliseconds. */
const tryAgainMs = 30_000;

export type DirectWaysOptions = {
  readonly connectionsOf: (peer: string) => readonly Way[];
  readonly dial: (peer: string, addresses: readonly Multiaddr[]) => Promise<void>;
  readonly log: Log;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
};

/** What there is to know of a connection. */
export type Way = Pick<Connection, 'remoteAddr' | 'close'> & {
  readonly streams: readonly { readonly protocol: string }[];
};

export class DirectWays {
  readonly #options: DirectWaysOptions;
  /** By peer, what was tried while it was connected over relays alone, and when. */
  readonly #tried = new Map<string, { readonly addresses: string; readonly at: number }>();

  constructor(options: DirectWaysOptions) {
    this.#options = options;
  }

  /** A connected peer said where it is. */
  heard(peer: string, addresses: readonly Multiaddr[]): void {
    const ways = this.#options.connectionsOf(peer);
    const relayed = ways.filter(({ remoteAddr }) => isRelayed(remoteAddr));
    if (relayed.length < ways.length) {
      relayed.filter(isIdle).forEach((way) => void this.#leave(way, peer));
    } else if (relayed.length > 0) {
      void this.#try(peer, addresses.filter(isPublic));
    }
  }

  disconnected(peer: string): void {
    this.#tried.delete(peer);
  }

  async #try(peer: string, addresses: readonly Multiaddr[]): Promise<void> {
    const told = addresses.join(' ');
    const tried = this.#tried.get(peer);
    const now = this.#options.now();
    const isNews = tried?.addresses !== told || now - tried.at >= tryAgainMs;
    if (addresses.length === 0 || !isNews) {
      return;
    }
    this.#tried.set(peer, { addresses: told, at: now });
    try {
      await this.#options.dial(peer, addresses);
      this.#options.log('info', `Peer ${shortName(peer)} is reached directly now`, { peer });
    } catch (error) {
      this.#options.log('debug', `Peer ${shortName(peer)} is reached over a relay only`, {
        peer,
        error,
      });
    }
  }

  async #leave(way: Way, peer: string): Promise<void> {
    try {
      await way.close();
    } catch (error) {
      this.#options.log('debug', 'A relayed connection did not close in order', { peer, error });
    }
  }
}

/** Records are told anew over the other way. */
function isIdle({ streams }: Way): boolean {
  return streams.every(({ protocol }) => protocol === recordProtocol);
}

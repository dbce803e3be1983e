/**
 * Replaces relayed connections by direct ones. A peer that was met over a relay may become reachable directly, once its
 * router has opened a port. Its record then has a public address, which is dialled; the relayed connection is closed when
 * nothing is under way on it.
 */
import type { Connection } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Log } from '../../base/log.ts';
import { isPublic, isRelayed } from '../addresses.ts';
import { shortName } from '../../identity/peer-name.ts';
import { recordProtocol } from '../records/record-messages.ts';

/** How long after a failed dial the same addresses are tried again, in milliseconds. */
const tryAgainMs = 30_000;

export type DirectConnectionsOptions = {
  readonly connectionsOf: (peer: string) => readonly Way[];
  readonly dial: (peer: string, addresses: readonly Multiaddr[]) => Promise<void>;
  readonly log: Log;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
};

/** The part of a connection that matters here. */
export type Way = Pick<Connection, 'remoteAddr' | 'close'> & {
  readonly streams: readonly { readonly protocol: string }[];
};

export class DirectConnections {
  readonly #options: DirectConnectionsOptions;
  /** By peer: the addresses tried while it was connected over relays alone, and when. */
  readonly #tried = new Map<string, { readonly addresses: string; readonly at: number }>();

  constructor(options: DirectConnectionsOptions) {
    this.#options = options;
  }

  /** Takes the addresses in a connected peer's record. */
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
      if (!this.#isDirect(peer)) {
        // libp2p joined a dial over the relay that was under way.
        await this.#options.dial(peer, addresses);
      }
      if (this.#isDirect(peer)) {
        this.#options.log('info', `Peer ${shortName(peer)} is reached directly now`, { peer });
      }
    } catch (error) {
      this.#options.log('debug', `Peer ${shortName(peer)} is reached over a relay only`, {
        peer,
        error,
      });
    }
  }

  #isDirect(peer: string): boolean {
    return this.#options.connectionsOf(peer).some(({ remoteAddr }) => !isRelayed(remoteAddr));
  }

  async #leave(way: Way, peer: string): Promise<void> {
    try {
      await way.close();
    } catch (error) {
      this.#options.log('debug', 'A relayed connection did not close in order', { peer, error });
    }
  }
}

/** Whether a connection carries only records, which are sent anew over the other one. */
function isIdle({ streams }: Way): boolean {
  return streams.every(({ protocol }) => protocol === recordProtocol);
}

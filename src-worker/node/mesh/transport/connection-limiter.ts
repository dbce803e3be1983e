/** Refuses connections of barred peers, and too many of one address, before the gate checks memberships. */
import type { ConnectionGater } from '@libp2p/interface';
import { HostCounts } from './host-counts.ts';

export class ConnectionLimiter {
  readonly #connections: HostCounts;
  readonly #isBarred: (peer: string) => boolean;

  /** `maxConnections`: most connections of this node in all; half of them may come from one address. */
  constructor(maxConnections: number, isBarred: (peer: string) => boolean = () => false) {
    this.#connections = new HostCounts(Math.ceil(maxConnections / 2));
    this.#isBarred = isBarred;
  }

  /** Puts this check before the gater's. */
  before(gater: ConnectionGater): ConnectionGater {
    const isRefused = (peer: { toString(): string }): boolean => this.#isBarred(peer.toString());
    return {
      ...gater,
      denyInboundConnection: async (connection) =>
        !this.#connections.begin(connection) ||
        (await gater.denyInboundConnection?.(connection)) === true,
      denyDialPeer: async (peer) => isRefused(peer) || (await gater.denyDialPeer?.(peer)) === true,
      // A key in the DHT is dialled before it is known whose it is.
      denyOutboundEncryptedConnection: async (peer, connection) =>
        isRefused(peer) ||
        (await gater.denyOutboundEncryptedConnection?.(peer, connection)) === true,
      denyInboundUpgradedConnection: async (peer, connection) => {
        // The next gater counts a connection until this method is called, so it must always be called.
        const isDenied = await gater.denyInboundUpgradedConnection?.(peer, connection);
        return isRefused(peer) || isDenied === true;
      },
    };
  }
}

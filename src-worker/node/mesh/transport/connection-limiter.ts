/** Refuses too many connections of one address and those of barred peers, before the gate is asked for memberships. */
import type { ConnectionGater } from '@libp2p/interface';
import { HostCounts } from './host-counts.ts';

export class ConnectionLimiter {
  readonly #connections: HostCounts;
  readonly #isBarred: (peer: string) => boolean;

  /** `maxConnections`: of this node in all; half of them may come from one address. */
  constructor(maxConnections: number, isBarred: (peer: string) => boolean = () => false) {
    this.#connections = new HostCounts(Math.ceil(maxConnections / 2));
    this.#isBarred = isBarred;
  }

  /** The gater, behind this one. */
  before(gater: ConnectionGater): ConnectionGater {
    const isRefused = (peer: { toString(): string }): boolean => this.#isBarred(peer.toString());
    return {
      ...gater,
      denyInboundConnection: async (connection) =>
        !this.#connections.begin(connection) ||
        (await gater.denyInboundConnection?.(connection)) === true,
      denyDialPeer: async (peer) => isRefused(peer) || (await gater.denyDialPeer?.(peer)) === true,
      denyInboundUpgradedConnection: async (peer, connection) => {
        // The gater behind counts connections until it is asked this.
        const isDenied = await gater.denyInboundUpgradedConnection?.(peer, connection);
        return isRefused(peer) || isDenied === true;
      },
    };
  }
}

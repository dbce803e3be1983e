/** Whom this node does not talk to at all, asked before who is in its pools: too many of one address, and offenders. */
import type { ConnectionGater } from '@libp2p/interface';
import { HostCounts } from './host-counts.ts';
import type { Blocklist } from '../../trust/blocklist.ts';

export class ConnectionLimiter {
  readonly #connections: HostCounts;
  readonly #offenders: Blocklist | undefined;

  /** `maxConnections`: of this node in all; half of them may come from one address. */
  constructor(maxConnections: number, offenders: Blocklist | undefined) {
    this.#connections = new HostCounts(Math.ceil(maxConnections / 2));
    this.#offenders = offenders;
  }

  /** The gater, behind this one. */
  before(gater: ConnectionGater): ConnectionGater {
    const isRefused = (peer: { toString(): string }): boolean =>
      this.#offenders?.has(peer.toString()) === true;
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

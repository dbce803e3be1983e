/**
 * Makes this node reachable over relays. libp2p's own search for relays walks the whole network and dials every one that it
 * finds; this reserves places at relays to which the node is connected anyway, and only while it has no public address.
 */
import { circuitRelayTransport, RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2';
import type { IdentifyResult, Libp2p, Transport } from '@libp2p/interface';
import { AppError } from '../../../../src-shared/errors.ts';
import type { Log } from '../../base/log.ts';
import { isPublic, isRelayed, withPeer } from '../addresses.ts';
import { shortName } from '../../identity/peer-name.ts';

/** Most relays at once: one more than needed, in case one leaves. */
const maxRelays = 2;

/** How long after a refusal, or a place that was lost, a connected relay is asked again, in milliseconds. */
const askAgainMs = 60_000;

const makeTransport = circuitRelayTransport({
  // Without this filter libp2p would ask every relay that it meets, and a refusal to it would be taken for one to us.
  discoveryFilter: { has: () => true, add: () => {}, remove: () => {} },
});
type Components = Parameters<typeof makeTransport>[0];

export class RelayClient {
  readonly #log: Log;
  #components: Components | undefined;
  #libp2p: Libp2p | undefined;
  /** Relays that have reserved a place for this node, and those that are being asked. */
  readonly #relays = new Set<string>();
  /** Connected relays without a reserved place, which may be asked. */
  readonly #others = new Map<string, IdentifyResult>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** The transport, for libp2p's list; it also dials over relays. */
  readonly transport = (components: Components): Transport => {
    this.#components = components;
    return makeTransport(components);
  };

  /** Watches for relays among the connected peers; the node must have the transport. */
  start(libp2p: Libp2p): void {
    this.#libp2p = libp2p;
    libp2p.addEventListener('peer:identify', ({ detail }) => {
      if (
        detail.protocols.includes(RELAY_V2_HOP_CODEC) &&
        !isRelayed(detail.connection.remoteAddr)
      ) {
        this.#others.set(detail.peerId.toString(), detail);
        void this.#reserve();
      }
    });
    libp2p.addEventListener('peer:disconnect', ({ detail }) => {
      this.#relays.delete(detail.toString());
      this.#others.delete(detail.toString());
      void this.#reserve();
    });
    this.#timer = setInterval(() => void this.#reserve(), askAgainMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#others.clear();
  }

  async #reserve(): Promise<void> {
    const { transportManager } = this.#components ?? {};
    const isReachable = this.#libp2p?.getMultiaddrs().some(isPublic) ?? true;
    const [next] = this.#others;
    if (transportManager === undefined || isReachable || next === undefined) {
      return;
    }
    if (this.#relays.size >= maxRelays) {
      return;
    }
    const [peer, relay] = next;
    this.#others.delete(peer);
    this.#relays.add(peer);
    try {
      const address = withPeer(relay.connection.remoteAddr, peer);
      await transportManager.listen([address.encapsulate('/p2p-circuit')]);
      if (!this.#libp2p?.getMultiaddrs().some((own) => own.toString().includes(peer))) {
        throw new AppError('peer-failed', 'It gave no address');
      }
      this.#log('info', `This node can be reached over the relay ${shortName(peer)}`, { peer });
    } catch (error) {
      this.#relays.delete(peer);
      this.#log('debug', `The relay ${shortName(peer)} has no place for this node`, { error });
      if (this.#libp2p?.getConnections(relay.peerId).length !== 0) {
        setTimeout(() => this.#others.set(peer, relay), askAgainMs / 2).unref();
      }
    }
    void this.#reserve();
  }
}

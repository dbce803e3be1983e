/**
 * Where this node can be reached. libp2p tells others a public address only once a peer has dialled it back, and asks each
 * peer for that once, as it connects: what a router opens a moment later would be told to no peer, and a public node that
 * is the first of its mesh has no peer to ask. So an address is told as soon as it may work, and counts as proven, so that
 * no relay is needed, once a peer from outside came in.
 */
import { BlockList, isIPv6 } from 'node:net';
import type { Connection, IdentifyResult, Libp2p } from '@libp2p/interface';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import type { AutoNATv2Components } from '@libp2p/autonat-v2';
import type { Reach } from '../../../../src-shared/api/node-status.ts';
import { isPublic, isRelayed, reachOf, withPeer } from '../addresses.ts';

type Components = Pick<AutoNATv2Components, 'addressManager'>;
type KnownAddress = ReturnType<Components['addressManager']['getAddressesWithMetadata']>[number];

/** A peer as near as this is no proof that others get here, too: bits of a network's address. */
const nearBits = { ipv4: 24, ipv6: 64 } as const;

export class OwnAddresses {
  readonly #isTrusted: (peer: string) => boolean;
  #manager: Components['addressManager'] | undefined;
  #libp2p: Libp2p | undefined;
  /** What routers have opened, as libp2p was told of it. */
  #mappings: Parameters<Components['addressManager']['addPublicAddressMapping']>[] = [];
  #onMapped: () => void = () => {};

  /** @param isTrusted whether a peer is believed when it says from where it sees this node */
  constructor(isTrusted: (peer: string) => boolean) {
    this.#isTrusted = isTrusted;
  }

  /** For the list of libp2p's services. */
  readonly service = ({ addressManager }: Components): OwnAddresses => {
    this.#manager = addressManager;
    return this;
  };

  /** Notes which peers connect. The owner of a public node knows where it is, so that its addresses are proven from the start. */
  watch(libp2p: Libp2p, isPublicNode: boolean): void {
    this.#libp2p = libp2p;
    if (isPublicNode) {
      libp2p.addEventListener('start', () => this.#confirm(this.#candidates()));
    }
    libp2p.addEventListener('peer:identify', ({ detail }) => this.#seen(detail));
    libp2p.addEventListener('connection:open', ({ detail }) => this.#opened(detail));
  }

  /** A service that asks the router, watched for what the router does. */
  noticing<C extends Components, Service>(
    make: (components: C) => Service,
  ): (components: C) => Service {
    return (components) => {
      const { addressManager } = components;
      const noticed = Object.assign(Object.create(addressManager) as typeof addressManager, {
        addPublicAddressMapping: (
          ...mapping: Parameters<typeof addressManager.addPublicAddressMapping>
        ) => {
          addressManager.addPublicAddressMapping(...mapping);
          this.#mappings.push(mapping);
          this.#onMapped();
        },
      });
      return make(Object.create(components, { addressManager: { value: noticed } }) as C);
    };
  }

  /** The router was asked to close what it had opened: nothing leads here over it any more. */
  forgetMapped(): void {
    for (const mapping of this.#mappings.splice(0)) {
      this.#manager?.removePublicAddressMapping(...mapping);
    }
    this.#onMapped();
  }

  /** Calls back whenever the router has opened a port, or has closed it. */
  whenMapped(act: () => void): void {
    this.#onMapped = act;
  }

  /** All that may lead here, each ending in /p2p/ and the own peer id; but not what peers have tried in vain lately. */
  told(now: number = Date.now()): Multiaddr[] {
    const peer = this.#libp2p?.peerId.toString() ?? '';
    const told = this.#known()
      .filter(({ verified, type, expires }) => verified || (type !== 'observed' && expires <= now))
      .map(({ multiaddr }) => withPeer(multiaddr, peer));
    return [...new Map(told.map((address) => [address.toString(), address])).values()];
  }

  /** From where others surely get here. */
  reach(): Reach {
    return reachOf((this.#libp2p?.getMultiaddrs() ?? []).map(String));
  }

  /**
   * A peer says from where it sees this node. If the owner has opened the port in his router by hand, the node is reached
   * there; a peer that is asked to dial back finds out.
   */
  #seen({ connection, observedAddr, peerId }: IdentifyResult): void {
    const isDirect = !isRelayed(connection.remoteAddr);
    if (
      observedAddr !== undefined &&
      isDirect &&
      isPublic(observedAddr) &&
      this.#isTrusted(peerId.toString())
    ) {
      const [host] = observedAddr.getComponents();
      const own = this.#known().map((known) => known.multiaddr.getComponents());
      const isNews = own.every(([ownHost]) => ownHost?.value !== host?.value);
      for (const [ownHost, port, ...more] of own) {
        const isListener = ownHost?.name === host?.name && more.length === 0;
        if (isNews && isListener && host !== undefined && port !== undefined) {
          this.#manager?.addObservedAddr(multiaddr([host, port]));
        }
      }
    }
  }

  #opened({ direction, remoteAddr }: Connection): void {
    if (direction !== 'inbound' || !isPublic(remoteAddr)) {
      return;
    }
    const host = hostOf(remoteAddr);
    const candidates = this.#candidates().filter(
      ({ multiaddr }) => isIPv6(hostOf(multiaddr)) === isIPv6(host),
    );
    if (!candidates.some(({ multiaddr }) => isNear(hostOf(multiaddr), host))) {
      this.#confirm(candidates);
    }
  }

  /** Public addresses that lead to this node if its network lets them. */
  #candidates(): readonly KnownAddress[] {
    return this.#known().filter((known) => isPublic(known.multiaddr));
  }

  #confirm(addresses: readonly KnownAddress[]): void {
    for (const { multiaddr, verified } of addresses) {
      if (!verified) {
        this.#manager?.confirmObservedAddr(multiaddr);
      }
    }
  }

  #known(): readonly KnownAddress[] {
    return this.#manager?.getAddressesWithMetadata() ?? [];
  }
}

function hostOf(address: Multiaddr): string {
  return address.getComponents()[0]?.value ?? '';
}

/** Of two addresses of one family. */
function isNear(own: string, other: string): boolean {
  const family = isIPv6(own) ? 'ipv6' : 'ipv4';
  const near = new BlockList();
  near.addSubnet(own, nearBits[family], family);
  return near.check(other, family);
}

/**
 * The addresses at which this node can be reached. libp2p advertises a public address only after a peer has dialled it back,
 * and asks each peer for that only once, as it connects: a port that the router opens a moment later would never be
 * advertised, and the first public node of a mesh has no peer to ask. This advertises an address as soon as it may work; it
 * counts as proven, so that no relay is needed, once a peer from outside has connected to it.
 */
import { BlockList, isIPv6 } from 'node:net';
import type { Connection, IdentifyResult, Libp2p } from '@libp2p/interface';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import type { AutoNATv2Components } from '@libp2p/autonat-v2';
import type { Reach } from '../../../../src-shared/api/node-status.ts';
import { isPublic, isRelayed, reachOf, withPeer } from '../addresses.ts';

type Components = Pick<AutoNATv2Components, 'addressManager'>;
type KnownAddress = ReturnType<Components['addressManager']['getAddressesWithMetadata']>[number];

/** Peers that share this many leading address bits are near: their connections prove nothing about others. */
const nearBits = { ipv4: 24, ipv6: 64 } as const;

export class OwnAddresses {
  readonly #isTrusted: (peer: string) => boolean;
  #manager: Components['addressManager'] | undefined;
  #libp2p: Libp2p | undefined;
  /** The ports that routers have opened, as libp2p was told of them. */
  #mappings: Parameters<Components['addressManager']['addPublicAddressMapping']>[] = [];
  #onMapped: () => void = () => {};

  /** @param isTrusted whether to believe a peer about the address at which it sees this node */
  constructor(isTrusted: (peer: string) => boolean) {
    this.#isTrusted = isTrusted;
  }

  /** For the list of libp2p's services. */
  readonly service = ({ addressManager }: Components): OwnAddresses => {
    this.#manager = addressManager;
    return this;
  };

  /** Watches which peers connect. The addresses of a public node count as proven from the start, since its owner chose them. */
  watch(libp2p: Libp2p, isPublicNode: boolean): void {
    this.#libp2p = libp2p;
    if (isPublicNode) {
      libp2p.addEventListener('start', () => this.#confirm(this.#candidates()));
    }
    libp2p.addEventListener('peer:identify', ({ detail }) => this.#seen(detail));
    libp2p.addEventListener('connection:open', ({ detail }) => this.#opened(detail));
  }

  /** Wraps a service that asks the router, to notice the ports that the router opens. */
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

  /** Forgets the ports that the router had opened, after it was asked to close them. */
  forgetMapped(): void {
    for (const mapping of this.#mappings.splice(0)) {
      this.#manager?.removePublicAddressMapping(...mapping);
    }
    this.#onMapped();
  }

  /** Whether the router has opened a port. */
  get isMapped(): boolean {
    return this.#mappings.length > 0;
  }

  /** Calls `act` whenever the router has opened or closed a port. */
  whenMapped(act: () => void): void {
    this.#onMapped = act;
  }

  /** All addresses that may lead here, each ending in /p2p/ and this peer's id, but none that peers tried in vain lately. */
  advertised(now: number = Date.now()): Multiaddr[] {
    const peer = this.#libp2p?.peerId.toString() ?? '';
    const told = this.#known()
      .filter(({ verified, type, expires }) => verified || (type !== 'observed' && expires <= now))
      .map(({ multiaddr }) => withPeer(multiaddr, peer));
    return [...new Map(told.map((address) => [address.toString(), address])).values()];
  }

  /** From where this node can certainly be reached. */
  reach(): Reach {
    return reachOf((this.#libp2p?.getMultiaddrs() ?? []).map(String));
  }

  /**
   * Takes the address at which a peer sees this node. If the owner has opened the port in the router by hand, the node can be
   * reached there, which a peer finds out that is asked to dial back.
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

/** Whether two addresses of one family are near each other. */
function isNear(own: string, other: string): boolean {
  const family = isIPv6(own) ? 'ipv6' : 'ipv4';
  const near = new BlockList();
  near.addSubnet(own, nearBits[family], family);
  return near.check(other, family);
}

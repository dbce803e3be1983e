/**
 * The order in which the addresses of a peer are dialled, one after the other. Each address that does not work costs a
 * time-out, and a relayed path is never better than a direct one. Pure but for reading the interfaces.
 */
import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Multiaddr } from '@multiformats/multiaddr';
import { isLoopback, isPublic, isRelayed } from '../addresses.ts';

/** A network of this machine, as the system reports it. */
type OwnNetwork = {
  readonly family: string;
  readonly cidr: string | null;
  readonly internal: boolean;
};

function ownNetworks(): OwnNetwork[] {
  return Object.values(networkInterfaces()).flatMap((each) => each ?? []);
}

/** How often this machine's networks are read again, in milliseconds. */
const lookAgainMs = 10_000;

type Dialled = { readonly multiaddr: Multiaddr };

/**
 * Sorts the addresses of a peer: those in a network of this machine, public ones, this machine itself, relayed ones, and last
 * those in other private networks, such as another household's.
 */
export function dialOrder(
  networks: () => readonly OwnNetwork[] = ownNetworks,
): (a: Dialled, b: Dialled) => -1 | 0 | 1 {
  const isNear = nearness(networks);
  return (a, b) => {
    const difference = rank(a.multiaddr, isNear) - rank(b.multiaddr, isNear);
    return difference < 0 ? -1 : difference > 0 ? 1 : 0;
  };
}

/** Tells whether an address is in a network of this machine. */
export function nearness(
  networks: () => readonly OwnNetwork[] = ownNetworks,
): (address: Multiaddr) => boolean {
  let near = nearBy(networks());
  let lookedAt = performance.now();
  return (address) => {
    if (performance.now() - lookedAt > lookAgainMs) {
      near = nearBy(networks());
      lookedAt = performance.now();
    }
    const [host] = address.getComponents();
    return (
      (host?.name === 'ip4' && near.check(host.value ?? '', 'ipv4')) ||
      (host?.name === 'ip6' && near.check(host.value ?? '', 'ipv6'))
    );
  };
}

function nearBy(networks: readonly OwnNetwork[]): BlockList {
  const near = new BlockList();
  for (const { cidr, family, internal } of networks) {
    const [network, bits] = cidr?.split('/') ?? [];
    if (!internal && network !== undefined) {
      near.addSubnet(network, Number(bits), family === 'IPv6' ? 'ipv6' : 'ipv4');
    }
  }
  return near;
}

function rank(address: Multiaddr, isNear: (address: Multiaddr) => boolean): number {
  if (isRelayed(address)) {
    return 3;
  }
  if (isLoopback(address)) {
    return 2;
  }
  const [host] = address.getComponents();
  if (isNear(address)) {
    return 0;
  }
  return isPublic(address) || host?.name.startsWith('dns') === true ? 1 : 4;
}

/** Reads multiaddrs from settings, records and other peers, keeping only what this node can dial. */
import type { BlockList } from 'node:net';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { AppError } from '../../../src-shared/errors.ts';
import type { Reach } from '../../../src-shared/api/node-status.ts';
import { isIn, isPublicIp, localNetworks, thisMachine } from './networks.ts';
import { udxKeyOf } from './transport/udx/udx-address.ts';

/** Most addresses of one peer that are remembered from one source. */
export const maxAddresses = 16;

/** Most relayed addresses among them. */
const maxRelayedAddresses = 4;

const hostNames = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6']);

/**
 * The addresses that can be dialled among those that a stranger named for a peer: TCP on an IP address or a DNS name, with
 * that peer's id or none, such an address of a relay, or a key for hole punching. The others are left out without an error, since a newer version
 * may know more transports.
 */
export function dialableAddresses(peer: string, addresses: readonly string[]): Multiaddr[] {
  return addresses.slice(0, maxAddresses).flatMap((text) => {
    const address = parse(text);
    return address !== undefined && isDialable(address) && (peerOf(address) ?? peer) === peer
      ? [address]
      : [];
  });
}

/**
 * Reads a peer to keep connected, from settings.
 * @throws AppError `setting-invalid` naming the address.
 */
export function parseStaticPeer(text: string): { peer: string; address: Multiaddr } {
  const address = parse(text);
  const peer = address === undefined ? undefined : peerOf(address);
  if (address === undefined || peer === undefined || !isDialable(address)) {
    throw new AppError(
      'setting-invalid',
      `"${text}" is not a peer's address; it should look like /ip4/192.0.2.1/tcp/6373/p2p/12D3KooW…`,
    );
  }
  return { peer, address };
}

/**
 * Reads an address to listen on, from settings.
 * @throws AppError `setting-invalid` naming the address.
 */
export function parseListenAddress(text: string): Multiaddr {
  const address = parse(text);
  if (address === undefined || !isTcp(address) || peerOf(address) !== undefined) {
    throw new AppError(
      'setting-invalid',
      `The node cannot listen on "${text}"; an address to listen on looks like /ip4/0.0.0.0/tcp/6373`,
    );
  }
  return address;
}

/**
 * The addresses of this node for its record. Loopback addresses are included only when there are no others: they help
 * peers on this machine, but on any other they lead to that machine itself. A relay in a data centre has private addresses,
 * too, which must not take the places of its public one. `punched`: the address for hole punching.
 */
export function advertisedAddresses(own: readonly Multiaddr[], punched?: string): string[] {
  const reachable = own.filter((address) => !isLoopback(address));
  const told = reachable.length > 0 ? reachable : own;
  const relayed = told
    .filter(isRelayed)
    .toSorted((a, b) => Number(hasPublicHost(b)) - Number(hasPublicHost(a)))
    .slice(0, maxRelayedAddresses);
  const direct = told.filter((address) => !isRelayed(address));
  const others = [...(punched === undefined ? [] : [punched]), ...relayed.map(String)];
  return [...direct.slice(0, maxAddresses - others.length).map(String), ...others];
}

function isDialable(address: Multiaddr): boolean {
  return isTcp(address) || isRelayed(address) || udxKeyOf(address) !== undefined;
}

/** Whether the address leads over a relay. */
export function isRelayed(address: Multiaddr): boolean {
  const parts = address.getComponents();
  const [host, port, relay, circuit, last, ...more] = parts;
  return (
    hostNames.has(host?.name ?? '') &&
    port?.name === 'tcp' &&
    relay?.name === 'p2p' &&
    circuit?.name === 'p2p-circuit' &&
    (last === undefined || last.name === 'p2p') &&
    more.length === 0
  );
}

/** Whether the address may be reachable from everywhere: it is direct and not in a private network. */
export function isPublic(address: Multiaddr): boolean {
  return isTcp(address) && hasPublicHost(address);
}

/** Whether the first host on the path, a relay or the peer itself, has a public IP address. A DNS name does not count. */
export function hasPublicHost(address: Multiaddr): boolean {
  const [host] = address.getComponents();
  return (host?.name === 'ip4' || host?.name === 'ip6') && isPublicIp(host.value ?? '');
}

/** Whether the address leads directly into a home or company network. */
export function isLocal(address: Multiaddr): boolean {
  return isTcp(address) && hasLocalHost(address);
}

/** Whether the first host on the path has an address of a home or company network, whatever is spoken there. */
export function hasLocalHost(address: Multiaddr): boolean {
  return hasHostIn(localNetworks, address);
}

/** Whether a dial may end at this machine: the first host is this machine, or a DNS name, which may resolve to it. */
export function mayLeadHere(address: Multiaddr): boolean {
  const [host] = address.getComponents();
  return host?.name.startsWith('dns') === true || hasHostIn(thisMachine, address);
}

/** From where a node with these addresses can be reached. */
export function reachOf(addresses: readonly string[]): Reach {
  const own = addresses.flatMap((text) => parse(text) ?? []);
  if (own.some(isPublic)) {
    return 'public';
  }
  if (own.some(isRelayed)) {
    return 'relay';
  }
  return own.every(isLoopback) ? 'none' : 'local';
}

/** The peer id that an address ends with. */
function peerOf(address: Multiaddr): string | undefined {
  const last = address.getComponents().at(-1);
  return last?.name === 'p2p' ? last.value : undefined;
}

/** The address with the peer id at its end, so that a dial reaches that peer or fails. */
export function withPeer(address: Multiaddr, peer: string): Multiaddr {
  return peerOf(address) === undefined ? address.encapsulate(`/p2p/${peer}`) : address;
}

/** The address without the peer id at its end, for places that state the id separately. */
export function withoutPeer(text: string): string {
  return text.replace(/\/p2p\/[^/]+$/, '');
}

function hasHostIn(networks: BlockList, address: Multiaddr): boolean {
  const [host] = address.getComponents();
  return isIn(networks, host?.value ?? '');
}

function parse(text: string): Multiaddr | undefined {
  try {
    return multiaddr(text);
  } catch {
    return undefined;
  }
}

/** Exactly host, port and perhaps the peer id: no other transport on top. */
function isTcp(address: Multiaddr): boolean {
  const [host, port, last, ...more] = address.getComponents();
  return (
    hostNames.has(host?.name ?? '') &&
    port?.name === 'tcp' &&
    (last === undefined || last.name === 'p2p') &&
    more.length === 0
  );
}

export function isLoopback(address: Multiaddr): boolean {
  const [host] = address.getComponents();
  return host?.value === '::1' || (host?.name === 'ip4' && host.value?.startsWith('127.') === true);
}

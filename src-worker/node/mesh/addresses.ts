/** Reads multiaddrs from settings, records and other peers, keeping only what this node can dial. */
import { BlockList } from 'node:net';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { AppError } from '../../../src-shared/errors.ts';
import type { Reach } from '../../../src-shared/node-api.ts';

/** Most addresses of one peer that are remembered from one source. */
export const maxAddresses = 16;

/** Of these, at most so many that lead over relays. */
const maxRelayedAddresses = 4;

const hostNames = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6']);

/** Networks of a house or a company: RFC 1918, 3927, 4193, 4291. */
const localNetworks = blockList(
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'],
  ['fc00::/7', 'fe80::/10'],
);

/** What else nobody gets to from everywhere: this machine, a carrier's network, and what is for no machine or for many. */
const specialNetworks = blockList(
  [
    '0.0.0.0/8',
    '127.0.0.0/8',
    '100.64.0.0/10',
    '192.0.0.0/24',
    '198.18.0.0/15',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  // The second and third lead to IPv4 addresses of any kind.
  ['::/127', '64:ff9b::/96', '2002::/16', 'ff00::/8'],
);

/**
 * The dialable ones among addresses that a stranger named for a peer: TCP on an IP address or a DNS name,
 * with that peer's id or none, or such an address of a relay. The others are left out, silently: a newer
 * version may know more transports.
 */
export function dialableAddresses(peer: string, addresses: readonly string[]): Multiaddr[] {
  return addresses.slice(0, maxAddresses).flatMap((text) => {
    const address = parse(text);
    return address !== undefined &&
      (isTcp(address) || isRelayed(address)) &&
      (peerOf(address) ?? peer) === peer
      ? [address]
      : [];
  });
}

/**
 * A peer to keep a connection to, from settings.
 * @throws AppError `setting-invalid` naming the address.
 */
export function parseStaticPeer(text: string): { peer: string; address: Multiaddr } {
  const address = parse(text);
  const peer = address === undefined ? undefined : peerOf(address);
  if (address === undefined || peer === undefined || !(isTcp(address) || isRelayed(address))) {
    throw new AppError(
      'setting-invalid',
      `"${text}" is not a peer's address; it should look like /ip4/192.0.2.1/tcp/6373/p2p/12D3KooW…`,
    );
  }
  return { peer, address };
}

/**
 * An address to listen on, from settings.
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
 * What a record says about where this node is. Loopback addresses are of use only on this machine, and only
 * when there is no other: elsewhere they lead to the reader's own machine.
 */
export function advertisedAddresses(own: readonly Multiaddr[]): string[] {
  const reachable = own.filter((address) => !isLoopback(address));
  const told = reachable.length > 0 ? reachable : own;
  const relayed = told.filter(isRelayed).slice(0, maxRelayedAddresses);
  const direct = told.filter((address) => !isRelayed(address));
  return [...direct.slice(0, maxAddresses - relayed.length), ...relayed].map(String);
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

/** Whether the address may be reached from everywhere: directly, and not in a network of somebody's own. */
export function isPublic(address: Multiaddr): boolean {
  return isTcp(address) && hasPublicHost(address);
}

/** Whether the first host on the way, a relay or the peer itself, may be reached from everywhere. Names may not. */
export function hasPublicHost(address: Multiaddr): boolean {
  const [host] = address.getComponents();
  return (
    (host?.name === 'ip4' || host?.name === 'ip6') &&
    !isIn(localNetworks, address) &&
    !isIn(specialNetworks, address)
  );
}

/** Whether the address leads directly into a network of a house or a company. */
export function isLocal(address: Multiaddr): boolean {
  return isTcp(address) && isIn(localNetworks, address);
}

/** From where others get to a node that has these addresses. */
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

/** The address without the peer id at its end, for where that is told beside it. */
export function withoutPeer(text: string): string {
  return text.replace(/\/p2p\/[^/]+$/, '');
}

function isIn(networks: BlockList, address: Multiaddr): boolean {
  const [host] = address.getComponents();
  const family = host?.name === 'ip4' ? 'ipv4' : host?.name === 'ip6' ? 'ipv6' : undefined;
  return family !== undefined && networks.check(host?.value ?? '', family);
}

function blockList(ipv4: readonly string[], ipv6: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [family, networks] of [
    ['ipv4', ipv4],
    ['ipv6', ipv6],
  ] as const) {
    for (const text of networks) {
      const [network = '', bits] = text.split('/');
      list.addSubnet(network, Number(bits), family);
    }
  }
  return list;
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

/** Reads multiaddrs from settings, records and other peers, keeping only what this node can dial. */
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { AppError } from '../../../src-shared/errors.ts';

/** Most addresses of one peer that are remembered from one source. */
export const maxAddresses = 16;

const hostNames = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6']);

/**
 * The dialable ones among addresses that a stranger named for a peer: TCP on an IP address or a DNS name,
 * with that peer's id or none. The others are left out, silently: a newer version may know more transports.
 */
export function dialableAddresses(peer: string, addresses: readonly string[]): Multiaddr[] {
  return addresses.slice(0, maxAddresses).flatMap((text) => {
    const address = parse(text);
    return address !== undefined && isTcp(address) && (peerOf(address) ?? peer) === peer
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
  if (address === undefined || peer === undefined || !isTcp(address)) {
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
  return (reachable.length > 0 ? reachable : own).slice(0, maxAddresses).map(String);
}

/** The peer id that an address ends with. */
function peerOf(address: Multiaddr): string | undefined {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value;
}

/** The address with the peer id at its end, so that a dial reaches that peer or fails. */
export function withPeer(address: Multiaddr, peer: string): Multiaddr {
  return peerOf(address) === undefined ? address.encapsulate(`/p2p/${peer}`) : address;
}

/** The address without the peer id at its end, for where that is told beside it. */
export function withoutPeer(text: string): string {
  return text.replace(/\/p2p\/[^/]+$/, '');
}

function parse(text: string): Multiaddr | undefined {
  try {
    return multiaddr(text);
  } catch {
    return undefined;
  }
}

/** Exactly host, port and perhaps the peer id: no relay, no other transport on top. */
function isTcp(address: Multiaddr): boolean {
  const [host, port, last, ...more] = address.getComponents();
  return (
    hostNames.has(host?.name ?? '') &&
    port?.name === 'tcp' &&
    (last === undefined || last.name === 'p2p') &&
    more.length === 0
  );
}

function isLoopback(address: Multiaddr): boolean {
  const [host] = address.getComponents();
  return host?.value === '::1' || (host?.name === 'ip4' && host.value?.startsWith('127.') === true);
}

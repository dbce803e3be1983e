/**
 * Hosts on the internet, as opposed to this machine and the networks that it is in: what a catalog, a pool or a redirect
 * names must not lead there. The address that a name means is judged when a connection is made, so that it cannot be
 * another one by then.
 */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../../src-shared/errors.ts';

const inside = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  inside.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  // The same IPv4 networks, as a translator in an IPv6 network writes them.
  ['64:ff9b::a00:0', 104],
  ['64:ff9b::7f00:0', 104],
  ['64:ff9b::a9fe:0', 112],
  ['64:ff9b::ac10:0', 108],
  ['64:ff9b::c0a8:0', 112],
] as const) {
  inside.addSubnet(network, bits, 'ipv6');
}

/** Whether an IP address belongs neither to this machine nor to a private network. */
export function isPublicAddress(address: string): boolean {
  return !inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * The host of a URL, which is an IP address or a name. Names are judged by `publicLookup`.
 * @throws AppError `request-invalid` for an address of this machine or of a private network
 */
export function checkHost({ host, hostname }: URL): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  const isLocal =
    isIP(address) === 0 ? /(^|\.)localhost\.?$/.test(address) : !isPublicAddress(address);
  if (isLocal) {
    throw notPublic(host);
  }
}

/**
 * For connections: only public addresses of a name.
 * @param resolve finds all addresses of a name
 */
export function publicLookup(resolve: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const outside = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = outside;
      if (first === undefined) {
        callback(notPublic(hostname), []);
      } else if (options.all === true) {
        callback(null, outside);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

function notPublic(host: string): AppError {
  return new AppError(
    'request-invalid',
    `${host.slice(0, 200)} is on this machine or in a private network. Models are fetched from the internet only.`,
  );
}

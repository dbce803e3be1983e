/**
 * Hosts on the internet, as opposed to this machine and the networks that it is in: what a catalog, a pool or a redirect
 * names must not lead there. The address that a name means is judged when a connection is made, so that it cannot be
 * another one by then.
 */
import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../../src-shared/errors.ts';
import { leadsOutside } from '../mesh/networks.ts';

/**
 * The host of a URL, which is an IP address or a name. Names are judged by `publicLookup`.
 * @throws AppError `request-invalid` for an address of this machine or of a private network
 */
export function checkHost({ host, hostname }: URL): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  const isLocal =
    isIP(address) === 0 ? /(^|\.)localhost\.?$/.test(address) : !leadsOutside(address);
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
      const outside = addresses.filter(({ address }) => leadsOutside(address));
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

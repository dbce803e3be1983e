/**
 * Tells hosts on the internet from this machine and private networks, to which a catalog, a pool or a redirect must not lead. A
 * DNS name is resolved and checked when a connection is made, so that it cannot change after the check.
 */
import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../../src-shared/errors.ts';
import { leadsOutside } from '../mesh/networks.ts';

/**
 * Checks the host of a URL if it is an IP address. DNS names are checked by `publicLookup`.
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
 * A lookup for connections that gives only the public addresses of a name.
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

/** The household to which an address belongs, as far as the address shows. Pure. */
import { isIPv6 } from 'node:net';

/**
 * The part of an IP address that belongs to one household or one rented machine: all of an IPv4 address, and the first 64 of
 * an IPv6 address's 128 bits, in one canonical form. Any other text is returned as it is.
 */
export function householdOf(address: string): string {
  if (!isIPv6(address) || address.includes('%')) {
    return address;
  }
  const { hostname } = new URL(`http://[${address}]`);
  const [before = '', after] = hostname.slice(1, -1).split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail];
  const isIPv4 = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return isIPv4 ? dotted(groups.slice(6)) : groups.slice(0, 4).join(':');
}

/** An IPv4 address that was written as the last two groups of an IPv6 address. */
function dotted(groups: readonly string[]): string {
  return groups
    .map((group) => parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 255])
    .join('.');
}

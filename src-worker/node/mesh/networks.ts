/** The IP networks that are not the public internet: this machine, local networks, and other special ranges. */
import { BlockList, isIP } from 'node:net';

const localIpv4 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'];
const machineIpv4 = ['0.0.0.0/8', '127.0.0.0/8'];
const otherIpv4 = ['100.64.0.0/10', '192.0.0.0/24', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'];

/** Home and company networks: RFC 1918, 3927, 4193, 4291. */
export const localNetworks = blockList(localIpv4, ['fc00::/7', 'fe80::/10', 'fec0::/10']);

/** This machine: loopback, and the unspecified addresses, which systems connect to it. RFC 1122, 4291. */
export const thisMachine = blockList(machineIpv4, ['::/127']);

/** Carrier networks, multicast, and addresses that are reserved or for documentation. */
const otherNetworks = blockList(
  otherIpv4,
  // The first two embed IPv4 addresses of any kind; the third belongs to a network's own translator.
  ['::/96', '2002::/16', '64:ff9b:1::/48', 'ff00::/8'],
);

/** IPv4 addresses as a translator of an IPv6 network embeds them, and those among them that are not public. RFC 6052. */
const translated = blockList([], ['64:ff9b::/96']);
const translatedInside = blockList(
  [],
  [...localIpv4, ...machineIpv4, ...otherIpv4].map((network) => {
    const [start, bits] = network.split('/');
    return `64:ff9b::${start}/${96 + Number(bits)}`;
  }),
);

export function isIn(networks: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && networks.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** Whether an IP address means the same machine for every peer. */
export function isPublicIp(address: string): boolean {
  return isOutside(address) && !isIn(translated, address);
}

/** Whether an IP address is neither this machine's nor in a private network, translated or not. */
export function leadsOutside(address: string): boolean {
  return isOutside(address) && !isIn(translatedInside, address);
}

function isOutside(address: string): boolean {
  return ![localNetworks, thisMachine, otherNetworks].some((networks) => isIn(networks, address));
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

/** Whether the machine is online, and whether its connection is metered. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { join } from 'node:path';
import type { Facts, Reading } from '../../src-shared/duty.ts';
import { known, unknown } from './reading.ts';
import type { RunCommand } from '../base/run-command.ts';

type Network = Facts['network'];

/** From NetworkManager where there is one, else from the default route, else from the addresses of the interfaces. */
export async function readLinuxNetwork(
  runCommand: RunCommand,
  signal: AbortSignal,
  procRoot = '/proc',
): Promise<Network> {
  const manager = 'org.freedesktop.NetworkManager';
  const question = ['get-property', manager, '/org/freedesktop/NetworkManager', manager];
  const output = await runCommand('busctl', [...question, 'State', 'Metered'], signal).catch(
    () => '',
  );
  const told = parseNetworkManager(output);
  const seen = (await hasDefaultRoute(procRoot)) ? known('online' as const) : readInterfaces();
  // NetworkManager may leave the only cable to another program, and then reports that it is disconnected.
  const isContradicted =
    told.isKnown && told.value === 'offline' && seen.isKnown && seen.value === 'online';
  return told.isKnown && !isContradicted ? told : seen;
}

/**
 * Two lines, "u 70" and "u 4": NMState, where 50 and more are connected, and NMMetered, where 1 is "yes" and 3
 * "guessed yes".
 */
export function parseNetworkManager(text: string): Network {
  const match = /^u (\d{1,3})\s+u (\d{1,3})\s*$/.exec(text);
  if (match === null || Number(match[1]) === 0) {
    return unknown({ code: 'untold', fact: 'network-manager' });
  }
  if (Number(match[1]) < 50) {
    return known('offline');
  }
  return known(match[2] === '1' || match[2] === '3' ? 'metered' : 'online');
}

/** The route may use any interface: a server's only network may be a bridge. */
async function hasDefaultRoute(procRoot: string): Promise<boolean> {
  const [four, six] = await Promise.all(
    ['route', 'ipv6_route'].map((name) =>
      readFile(join(procRoot, 'net', name), 'utf8').catch(() => ''),
    ),
  );
  return isDefaultRoute4(four ?? '') || isDefaultRoute6(six ?? '');
}

/** RTF_UP, and RTF_REJECT of a route that blocks. */
const routeUp = 0x1;
const routeReject = 0x200;

function isUsable(flags: string | undefined): boolean {
  const bits = Number.parseInt(flags ?? '', 16);
  return (bits & routeUp) !== 0 && (bits & routeReject) === 0;
}

/** /proc/net/route: interface, destination, gateway, flags, three counters, mask… */
export function isDefaultRoute4(table: string): boolean {
  return table.split('\n').some((line) => {
    const [, destination, , flags, , , , mask] = line.split(/\s+/);
    return destination === '00000000' && mask === '00000000' && isUsable(flags);
  });
}

/** /proc/net/ipv6_route: destination, its length, source, its length, next hop, three counters, flags, interface. */
export function isDefaultRoute6(table: string): boolean {
  return table.split('\n').some((line) => {
    const [destination, length, , , , , , , flags, device] = line.split(/\s+/);
    return destination === '0'.repeat(32) && length === '00' && device !== 'lo' && isUsable(flags);
  });
}

/** Virtual interfaces, which have addresses without any cable. */
const madeByPrograms =
  /^(?:docker|br-|veth|virbr|vmnet|vboxnet|vnic|lxc|lxd|podman|cni|flannel|cali|utun|awdl|llw|ap\d|bridge|anpi|vEthernet|Loopback)/i;

export function readInterfaces(): Reading<'online' | 'offline'> {
  return known(hasNetwork(networkInterfaces()) ? 'online' : 'offline');
}

/** Whether an interface has an address that is valid beyond its own cable. */
export function hasNetwork(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): boolean {
  return Object.entries(interfaces).some(
    ([name, addresses]) =>
      !madeByPrograms.test(name) &&
      addresses?.some(
        ({ internal, address }) => !internal && !/^(?:169\.254\.|fe80:)/i.test(address),
      ) === true,
  );
}

/** Whether the machine is online, and whether its connection is paid by what passes through it. */
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import type { Facts, Reading } from '../../src-shared/duty.ts';
import { known, unknown } from './reading.ts';
import type { RunCommand } from './run-command.ts';

type Network = Facts['network'];

/** NetworkManager where there is one, else the addresses that the machine has. */
export async function readLinuxNetwork(
  runCommand: RunCommand,
  signal: AbortSignal,
): Promise<Network> {
  const manager = 'org.freedesktop.NetworkManager';
  const question = ['get-property', manager, '/org/freedesktop/NetworkManager', manager];
  const answer = await runCommand('busctl', [...question, 'State', 'Metered'], signal).catch(
    () => '',
  );
  const told = parseNetworkManager(answer);
  const seen = readInterfaces();
  // It may leave the only cable to somebody else, and then takes itself for disconnected.
  const isContradicted =
    told.isKnown && told.value === 'offline' && seen.isKnown && seen.value === 'online';
  return told.isKnown && !isContradicted ? told : seen;
}

/**
 * Two lines, "u 70" and "u 4": NMState, of which 50 and more are connected, and NMMetered, of which 1 is "yes" and
 * 3 "guessed yes".
 */
export function parseNetworkManager(text: string): Network {
  const match = /^u (\d{1,3})\s+u (\d{1,3})\s*$/.exec(text);
  if (match === null || Number(match[1]) === 0) {
    return unknown('NetworkManager does not tell');
  }
  if (Number(match[1]) < 50) {
    return known('offline');
  }
  return known(match[2] === '1' || match[2] === '3' ? 'metered' : 'online');
}

/** Interfaces that programs made, which have addresses without any cable. */
const madeByPrograms =
  /^(?:lo|docker|br-|veth|virbr|vmnet|vboxnet|vnic|lxc|lxd|podman|cni|flannel|cali|utun|awdl|llw|ap\d|bridge|anpi|vEthernet|Loopback)/i;

export function readInterfaces(): Reading<'online' | 'offline'> {
  return known(hasNetwork(networkInterfaces()) ? 'online' : 'offline');
}

/** Whether an interface has an address that reaches further than its own cable. */
export function hasNetwork(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): boolean {
  return Object.entries(interfaces).some(
    ([name, addresses]) =>
      !madeByPrograms.test(name) &&
      addresses?.some(
        ({ internal, address }) => !internal && !/^(?:169\.254\.|fe80:)/i.test(address),
      ) === true,
  );
}

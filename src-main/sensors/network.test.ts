import type { NetworkInterfaceInfo } from 'node:os';
import { expect, it } from 'vitest';
import { fileTree } from '../../test/support/machine/file-tree.ts';
import {
  hasNetwork,
  isDefaultRoute4,
  isDefaultRoute6,
  parseNetworkManager,
  readInterfaces,
  readLinuxNetwork,
} from './network.ts';
import { known, unknown } from './reading.ts';

const { signal } = new AbortController();
const noManager = () => Promise.reject(new Error('no busctl'));

it.each([
  ['u 70\nu 4\n', known('online')],
  ['u 70\nu 2\n', known('online')],
  ['u 70\nu 0\n', known('online')],
  ['u 70\nu 1\n', known('metered')],
  ['u 60\nu 3\n', known('metered')],
  ['u 20\nu 0\n', known('offline')],
  ['u 40\nu 0\n', known('offline')],
  ['u 0\nu 0\n', unknown({ code: 'untold', fact: 'network-manager' })],
  ['', unknown({ code: 'untold', fact: 'network-manager' })],
  ['Failed to connect to bus', unknown({ code: 'untold', fact: 'network-manager' })],
] as const)('reads %j of NetworkManager', (text, reading) => {
  expect(parseNetworkManager(text)).toEqual(reading);
});

function address(text: string, internal = false): NetworkInterfaceInfo {
  return {
    address: text,
    internal,
    netmask: '255.255.255.0',
    family: 'IPv4',
    mac: '00:00:00:00:00:00',
    cidr: null,
  };
}

it.each([
  ['a cable', { enp5s0: [address('192.168.1.20')] }, true],
  ['only itself', { lo: [address('127.0.0.1', true)] }, false],
  [
    'only containers',
    { docker0: [address('172.17.0.1')], 'br-1f': [address('172.18.0.1')] },
    false,
  ],
  ['no lease', { 'Wi-Fi': [address('169.254.10.2'), address('fe80::1')] }, false],
  ['Hyper-V alone', { 'vEthernet (WSL)': [address('172.20.0.1')] }, false],
  ['nothing', {}, false],
])('knows whether a machine with %s is online', (_what, interfaces, isOnline) => {
  expect(hasNetwork(interfaces)).toBe(isOnline);
});

const titles = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
const ownCable = 'bridge0\t0002A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n';
const wayOut = 'bridge0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n';
const zeros = '0'.repeat(32);
const wayOut6 = `${zeros} 00 ${zeros} 00 fe800000000000000000000000000001 00000400 1 0 00000003 br-lan\n`;

it('knows a way out of the machine, whatever the interface is called', () => {
  expect(isDefaultRoute4(titles + ownCable)).toBe(false);
  expect(isDefaultRoute4(titles + ownCable + wayOut)).toBe(true);
  expect(isDefaultRoute4(titles + wayOut.replace('0003', '0002'))).toBe(false);
  expect(isDefaultRoute4('')).toBe(false);
  expect(isDefaultRoute6(wayOut6)).toBe(true);
  expect(isDefaultRoute6(wayOut6.replace('00000003 br-lan', '00200200 lo'))).toBe(false);
  expect(isDefaultRoute6(wayOut6.replace(`${zeros} 00`, `fe80${zeros.slice(4)} 40`))).toBe(false);
});

it.each(['route', 'ipv6_route'])('is online over a bridge alone (%s)', async (name) => {
  const table = name === 'route' ? titles + wayOut : wayOut6;
  const procRoot = await fileTree({ [`net/${name}`]: table });
  expect(await readLinuxNetwork(noManager, signal, procRoot)).toEqual(known('online'));
});

it('goes by the addresses where there is no NetworkManager, or where it manages nothing', async () => {
  const noRoutes = await fileTree({ 'net/route': titles });
  expect(await readLinuxNetwork(noManager, signal, noRoutes)).toEqual(readInterfaces());
  const idle = Promise.resolve('u 20\nu 0\n');
  expect(await readLinuxNetwork(() => idle, signal, noRoutes)).toEqual(readInterfaces());
  const metered = Promise.resolve('u 70\nu 1\n');
  expect(await readLinuxNetwork(() => metered, signal)).toEqual(known('metered'));
});

import type { NetworkInterfaceInfo } from 'node:os';
import { expect, it } from 'vitest';
import { hasNetwork, parseNetworkManager, readInterfaces, readLinuxNetwork } from './network.ts';
import { known, unknown } from './reading.ts';

const { signal } = new AbortController();

it.each([
  ['u 70\nu 4\n', known('online')],
  ['u 70\nu 2\n', known('online')],
  ['u 70\nu 0\n', known('online')],
  ['u 70\nu 1\n', known('metered')],
  ['u 60\nu 3\n', known('metered')],
  ['u 20\nu 0\n', known('offline')],
  ['u 40\nu 0\n', known('offline')],
  ['u 0\nu 0\n', unknown('NetworkManager does not tell')],
  ['', unknown('NetworkManager does not tell')],
  ['Failed to connect to bus', unknown('NetworkManager does not tell')],
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

it('goes by the addresses where there is no NetworkManager, or where it manages nothing', async () => {
  const missing = Promise.reject(new Error('no busctl'));
  expect(await readLinuxNetwork(() => missing, signal)).toEqual(readInterfaces());
  const idle = Promise.resolve('u 20\nu 0\n');
  expect(await readLinuxNetwork(() => idle, signal)).toEqual(readInterfaces());
  const metered = Promise.resolve('u 70\nu 1\n');
  expect(await readLinuxNetwork(() => metered, signal)).toEqual(known('metered'));
});

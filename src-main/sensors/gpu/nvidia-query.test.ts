import { expect, it } from 'vitest';
import { known, unknown } from '../reading.ts';
import { type NvidiaCard, parseNvidiaLine } from './nvidia-query.ts';

const uuid = 'GPU-5b1e2c3d-0a1b-2c3d-4e5f-60718293a4b5';

function parsed(line: string): NvidiaCard {
  const card = parseNvidiaLine(line);
  if (card === undefined) {
    throw new Error('not understood');
  }
  return card;
}

it('reads a line of a desktop card (driver 560)', () => {
  expect(
    parsed(
      `0, ${uuid}, 00000000:01:00.0, 550.54.14, 37, 12288, 1543, 61, 92.41, 45, NVIDIA GeForce RTX 4070`,
    ),
  ).toEqual({
    index: 0,
    uuid,
    pciAddress: '0000:01:00.0',
    driverVersion: '550.54.14',
    name: 'NVIDIA GeForce RTX 4070',
    utilisation: known(0.37),
    memoryBytes: known(12_288 * 1024 ** 2),
    usedMemoryBytes: known(1543 * 1024 ** 2),
    temperatureCelsius: known(61),
    powerWatts: known(92.41),
    fanShare: known(0.45),
  });
});

it('knows an idle card from one that tells nothing', () => {
  const idle = parsed(
    `1, ${uuid}, 00000000:0A:00.0, 550.54.14, 0, 24576, 5, 28, 8.02, 0, NVIDIA GeForce RTX 3090`,
  );
  expect(idle.utilisation).toEqual(known(0));
  expect(idle.pciAddress).toBe('0000:0a:00.0');
});

it.each([
  [
    'a laptop’s fan (535)',
    `0, ${uuid}, 00000000:01:00.0, 550.54.14, 3, 6144, 10, 44, 11.20, [N/A], NVIDIA GeForce RTX 3060 Laptop GPU`,
    'fanShare',
    { code: 'strange-value', field: 'fan', text: '[N/A]' },
  ],
  [
    'an old card’s load (390)',
    `0, ${uuid}, 00000000:01:00.0, 550.54.14, [Not Supported], 2001, 310, 40, [Not Supported], 30, GeForce GT 710`,
    'utilisation',
    { code: 'strange-value', field: 'load', text: '[Not Supported]' },
  ],
  [
    'shared memory (GB10, 580)',
    `0, ${uuid}, 0000000F:01:00.0, 550.54.14, 12, [N/A], [N/A], 39, 11.31, [N/A], NVIDIA GB10`,
    'memoryBytes',
    { code: 'strange-value', field: 'memory', text: '[N/A]' },
  ],
  [
    'power without permission',
    `0, ${uuid}, 00000000:01:00.0, 550.54.14, 1, 2, 1, 39, [Insufficient Permissions], 0, Quadro P400`,
    'powerWatts',
    { code: 'strange-value', field: 'power', text: '[Insufficient Permissions]' },
  ],
  [
    'a load beyond all',
    `0, ${uuid}, 00000000:01:00.0, 550.54.14, 4294967295, 2, 1, 39, 1, 0, Quadro P400`,
    'utilisation',
    { code: 'strange-value', field: 'load', text: '4294967295' },
  ],
] as const)('leaves %s unknown and says what it was told', (_what, line, field, reason) => {
  expect(parsed(line)[field]).toEqual(unknown(reason));
});

it('reads a card that the driver lost as one of which nothing is known', () => {
  const lost = parsed(
    '1, [GPU is lost], 00000000:02:00.0, 550.54.14, [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [Unknown Error], [GPU is lost], [GPU is lost]',
  );
  expect(lost).toMatchObject({ index: 1, uuid: null, pciAddress: '0000:02:00.0' });
  expect(lost.temperatureCelsius).toEqual(
    unknown({ code: 'strange-value', field: 'temperature', text: '[GPU is lost]' }),
  );
});

it('reads units that a driver prints although it was asked not to', () => {
  const card = parsed(
    `0, ${uuid}, 0000:01:00.0, 550.54.14, 37 %, 12288 MiB, 1543 MiB, 61, 92.41 W, 45 %, GeForce GTX 1080`,
  );
  expect(card).toMatchObject({ utilisation: known(0.37), powerWatts: known(92.41) });
});

it.each([
  '',
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
  'No devices were found',
  'Unable to determine the device handle for GPU0000:01:00.0: Unknown Error',
  'Failed to initialize NVML: Driver/library version mismatch',
  'Field "fan.speed" is not a valid field to query.',
  'index, uuid, pci.bus_id, driver_version, utilization.gpu [%], memory.total [MiB], memory.used [MiB], temperature.gpu, power.draw [W], fan.speed [%], name',
  `0, ${uuid}, 00000000:01:00.0, 550.54.14, 37, 122`,
  `9999, ${uuid}, 00000000:01:00.0, 550.54.14, 37, 12288, 1543, 61, 92.41, 45, X`,
  '\u0000\u0007,,,,,,,,,,',
])('does not take %j for a card', (line) => {
  expect(parseNvidiaLine(line)).toBeUndefined();
});

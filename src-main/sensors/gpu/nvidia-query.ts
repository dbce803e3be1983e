/**
 * Reads the lines of `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`. The fields are described by
 * `nvidia-smi --help-query-gpu`; what a card or a driver cannot tell comes as words in brackets, which differ
 * between driver versions ("[N/A]", "[Not Supported]", "[Unknown Error]", "[GPU is lost]").
 */
import type { Reading } from '../../../src-shared/duty.ts';
import type { CardField } from '../../../src-shared/missing-reason.ts';
import { parsePciAddress } from './pci-address.ts';
import { readDriverVersion } from './driver-version.ts';
import { known, parseNumber, unknown } from '../reading.ts';

/** The name comes last, since only a name may contain a comma. */
const fields = [
  'index',
  'uuid',
  'pci.bus_id',
  'driver_version',
  'utilization.gpu',
  'memory.total',
  'memory.used',
  'temperature.gpu',
  'power.draw',
  'fan.speed',
  'name',
];

export const nvidiaQueryArguments = [
  `--query-gpu=${fields.join(',')}`,
  '--format=csv,noheader,nounits',
];

export type NvidiaCard = {
  readonly index: number;
  /** null when the driver does not tell it, as after it has lost the card. */
  readonly uuid: string | null;
  /** As the kernel writes it, "0000:01:00.0"; null when unknown. */
  readonly pciAddress: string | null;
  readonly name: string;
  /** "550.54.14"; null when unknown. */
  readonly driverVersion: string | null;
  readonly utilisation: Reading<number>;
  readonly memoryBytes: Reading<number>;
  readonly usedMemoryBytes: Reading<number>;
  readonly temperatureCelsius: Reading<number>;
  readonly powerWatts: Reading<number>;
  readonly fanShare: Reading<number>;
};

const mebibyte = 1024 * 1024;
/** More cards than any machine has; it bounds what a faulty tool can make us store. */
const maxIndex = 255;

/** @returns undefined for a line that is not one of the query's. */
export function parseNvidiaLine(line: string): NvidiaCard | undefined {
  const parts = line.split(',').map((part) => part.trim());
  if (parts.length < fields.length) {
    return undefined;
  }
  const [index = '', uuid = '', bus = '', driver = '', busy, total, used, heat, power, fan] = parts;
  if (!/^\d{1,3}$/.test(index) || Number(index) > maxIndex) {
    return undefined;
  }
  return {
    index: Number(index),
    uuid: /^GPU-[0-9a-fA-F-]{4,64}$/.test(uuid) ? uuid : null,
    pciAddress: parsePciAddress(bus),
    name: readName(parts.slice(fields.length - 1).join(', ')),
    driverVersion: readDriverVersion(driver),
    utilisation: readNumber('load', busy, 0, 100, 0.01),
    memoryBytes: readNumber('memory', total, 0, 1e8, mebibyte),
    usedMemoryBytes: readNumber('memory-in-use', used, 0, 1e8, mebibyte),
    temperatureCelsius: readNumber('temperature', heat, -50, 200, 1),
    powerWatts: readNumber('power', power, 0, 10_000, 1),
    // Some boards report a little more than 100 %.
    fanShare: readNumber('fan', fan, 0, 200, 0.01),
  };
}

function readName(text: string): string {
  return text === '' || text.startsWith('[') ? 'NVIDIA graphics card' : text.slice(0, 100);
}

function readNumber(
  field: CardField,
  text: string | undefined,
  least: number,
  most: number,
  unit: number,
): Reading<number> {
  const value = parseNumber(text ?? '');
  return value === undefined || value < least || value > most
    ? unknown({ code: 'strange-value', field, text: text ?? '' })
    : known(value * unit);
}

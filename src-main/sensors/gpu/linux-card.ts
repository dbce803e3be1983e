/**
 * Reads one card from sysfs: amdgpu's own files (the kernel's "AMDGPU power and thermal controls"), the sleep
 * counters of Intel's i915 and xe, and the hwmon files that all drivers have (Documentation/hwmon/sysfs-
 * interface.rst).
 */
import type { SingleReason } from '../../../src-shared/missing-reason.ts';
import { readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { GpuFacts, GraphicsDriver, Reading } from '../../../src-shared/duty.ts';
import { readDriverVersion } from './driver-version.ts';
import { known, unknown } from '../reading.ts';
import { list, readLine, readNumber } from '../sysfs.ts';

export type LinuxCard = {
  readonly pciAddress: string;
  readonly vendor: 'nvidia' | 'amd' | 'intel';
  readonly deviceId: string;
  /** undefined where none is bound to the card. */
  readonly driver: GraphicsDriver | undefined;
  /** The device's folder. */
  readonly folder: string;
};

/** Cards of other makers only drive the screen of a server or a virtual machine. */
const vendors: Readonly<Record<string, LinuxCard['vendor']>> = {
  '0x10de': 'nvidia',
  '0x1002': 'amd',
  '0x8086': 'intel',
};

/** The PCI class of display controllers. */
const displayClass = '0x03';

/** The cards of the machine that could compute, by PCI address; undefined when the system does not list them. */
export async function findLinuxCards(sysRoot: string): Promise<readonly LinuxCard[] | undefined> {
  const devices = join(sysRoot, 'bus/pci/devices');
  const addresses = await list(devices);
  const cards: LinuxCard[] = [];
  for (const pciAddress of addresses) {
    const folder = join(devices, pciAddress);
    if ((await readLine(join(folder, 'class')))?.startsWith(displayClass) !== true) {
      continue;
    }
    const vendor = vendors[(await readLine(join(folder, 'vendor'))) ?? ''];
    const driver = basename(await readlink(join(folder, 'driver')).catch(() => ''));
    // A card that was handed to a virtual machine does not belong to this one.
    if (vendor !== undefined && driver !== 'vfio-pci') {
      const deviceId = (await readLine(join(folder, 'device'))) ?? '';
      cards.push({
        pciAddress,
        vendor,
        deviceId,
        driver: await driverOf(driver, sysRoot),
        folder,
      });
    }
  }
  return addresses.length === 0 && (await list(sysRoot)).length === 0 ? undefined : cards;
}

/** A module that is not the kernel's own has a version. */
async function driverOf(name: string, sysRoot: string): Promise<GraphicsDriver | undefined> {
  if (!/^\w{1,40}$/.test(name)) {
    return undefined;
  }
  const version = await readLine(join(sysRoot, 'module', name, 'version'));
  return { name, version: readDriverVersion(version ?? '') };
}

/** Counters; two readings of them give a rate. */
export type CardCounters = {
  /** How long the card slept, in milliseconds. */
  readonly asleepMs: number | undefined;
  /** In microjoules. */
  readonly energy: number | undefined;
};

export type CardLook = {
  readonly counters: CardCounters;
  /** As amdgpu reports it. */
  readonly utilisation: number | undefined;
  readonly isIntegrated: boolean;
  /** undefined where the driver does not tell it, and where the card uses the computer's memory. */
  readonly memoryBytes: number | undefined;
  readonly usedMemoryBytes: number | undefined;
  readonly temperatureCelsius: Reading<number>;
  readonly powerWatts: number | undefined;
  readonly fanShare: Reading<number>;
};

/** Reads one card, without waking it up. */
export async function lookAtCard(card: LinuxCard): Promise<CardLook> {
  const { folder, vendor } = card;
  const [hwmon = 'none'] = await list(join(folder, 'hwmon'));
  const sensors = join(folder, 'hwmon', hwmon);
  const memory = await readMemory(card, sensors);
  if ((await readLine(join(folder, 'power/runtime_status'))) === 'suspended') {
    const asleep = unknown({ code: 'untold', fact: 'card-sleeps' });
    return {
      counters: { asleepMs: undefined, energy: undefined },
      utilisation: 0,
      ...memory,
      temperatureCelsius: asleep,
      powerWatts: 0,
      fanShare: asleep,
    };
  }
  const percent = await readNumber(join(folder, 'gpu_busy_percent'));
  const microwatts =
    (await readNumber(join(sensors, 'power1_average'))) ??
    (await readNumber(join(sensors, 'power1_input')));
  return {
    counters: {
      asleepMs: vendor === 'intel' ? await readAsleepMs(folder) : undefined,
      energy: await readNumber(join(sensors, 'energy1_input')),
    },
    utilisation: percent === undefined ? undefined : Math.min(100, Math.max(0, percent)) / 100,
    ...memory,
    temperatureCelsius: await readTemperature(sensors),
    powerWatts: microwatts === undefined ? undefined : microwatts / 1e6,
    fanShare: await readFan(sensors),
  };
}

/** A card with less memory of its own does not compute; firmware may reserve less for an integrated one. */
const carveOutBytes = 1024 ** 3;

/**
 * An integrated card uses the computer's memory beyond the part that firmware reserves for it. The reserved part
 * counts as the card's memory only where it is larger than what the card may use beside it ("GTT").
 */
async function readMemory(
  { folder, vendor, pciAddress }: LinuxCard,
  sensors: string,
): Promise<Pick<CardLook, 'isIntegrated' | 'memoryBytes' | 'usedMemoryBytes'>> {
  const memoryBytes = await readNumber(join(folder, 'mem_info_vram_total'));
  const usedMemoryBytes = await readNumber(join(folder, 'mem_info_vram_used'));
  if (vendor === 'intel') {
    // Intel's integrated graphics are on the processor's own bus.
    return { isIntegrated: pciAddress.startsWith('0000:00:'), memoryBytes, usedMemoryBytes };
  }
  const gttBytes = (await readNumber(join(folder, 'mem_info_gtt_total'))) ?? 0;
  const isSmall = memoryBytes !== undefined && memoryBytes <= carveOutBytes;
  // amdgpu reports the voltage of a north bridge only where the chip has one.
  const isIntegrated = isSmall || (await readLine(join(sensors, 'in1_label'))) === 'vddnb';
  return isIntegrated && gttBytes > (memoryBytes ?? 0)
    ? { isIntegrated, memoryBytes: undefined, usedMemoryBytes: undefined }
    : { isIntegrated, memoryBytes, usedMemoryBytes };
}

/** Sleep counter of Intel's first graphics engine: i915 has it under the screen device, xe under its tile. */
async function readAsleepMs(folder: string): Promise<number | undefined> {
  const screen = (await list(join(folder, 'drm'))).find((name) => name.startsWith('card'));
  return (
    (await readNumber(join(folder, 'tile0/gt0/gtidle/idle_residency_ms'))) ??
    (screen === undefined
      ? undefined
      : ((await readNumber(join(folder, 'drm', screen, 'gt/gt0/rc6_residency_ms'))) ??
        (await readNumber(join(folder, 'drm', screen, 'power/rc6_residency_ms')))))
  );
}

/**
 * The temperature of the chip's edge where it is known (ceilings usually mean that one), else of the package, in
 * thousandths of a degree.
 */
async function readTemperature(sensors: string): Promise<Reading<number>> {
  for (const name of ['temp1_input', 'temp2_input']) {
    const thousandths = await readNumber(join(sensors, name));
    if (thousandths !== undefined) {
      return known(thousandths / 1000);
    }
  }
  return unknown({ code: 'untold', fact: 'card-temperature' });
}

async function readFan(sensors: string): Promise<Reading<number>> {
  for (const [now, most] of [
    ['pwm1', 'pwm1_max'],
    ['fan1_input', 'fan1_max'],
  ] as const) {
    const value = await readNumber(join(sensors, now));
    const whole = (await readNumber(join(sensors, most))) ?? (now === 'pwm1' ? 255 : undefined);
    if (value !== undefined && whole !== undefined && whole > 0) {
      return known(Math.min(1, Math.max(0, value / whole)));
    }
  }
  return unknown({ code: 'untold', fact: 'card-fan' });
}

/** A card of which only the presence is known. */
export function presentCard(card: LinuxCard, name: string, reason: SingleReason): GpuFacts {
  const missing = unknown(reason);
  return {
    id: card.pciAddress,
    pciAddress: card.pciAddress,
    name,
    ...(card.driver === undefined ? {} : { driver: card.driver }),
    vendor: card.vendor,
    isIntegrated: false,
    utilisation: missing,
    othersUtilisation: missing,
    memoryBytes: missing,
    othersMemoryBytes: missing,
    temperatureCelsius: missing,
    powerWatts: missing,
    fanShare: missing,
  };
}

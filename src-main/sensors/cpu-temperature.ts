/** The processor's temperature, from Linux's hwmon or thermal zones. */
import { join } from 'node:path';
import type { Reading } from '../../src-shared/duty.ts';
import { known, unknown } from './reading.ts';
import { list, readLine, readNumber } from './sysfs.ts';

/** Drivers of processors' own sensors: Intel, AMD (in the kernel and out of it), and boards with ARM. */
const cpuSensors = new Set(['coretemp', 'k10temp', 'zenpower', 'cpu_thermal', 'scpi_sensors']);
const cpuZones = new Set(['x86_pkg_temp', 'cpu-thermal', 'cpu_thermal', 'soc_thermal']);
const maxInputs = 256;

/** The hottest of the processor's sensors, in degrees Celsius. */
export async function readCpuTemperature(sysRoot = '/sys'): Promise<Reading<number>> {
  const temperatures = [
    ...(await hwmonTemperatures(join(sysRoot, 'class/hwmon'))),
    ...(await zoneTemperatures(join(sysRoot, 'class/thermal'))),
  ]
    .map((thousandths) => thousandths / 1000)
    // Other values come from sensors that are not connected.
    .filter((celsius) => celsius > -40 && celsius < 150);
  return temperatures.length === 0
    ? unknown({ code: 'untold', fact: 'processor-temperature' })
    : known(Math.max(...temperatures));
}

async function hwmonTemperatures(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const device of await list(folder)) {
    if (cpuSensors.has((await readLine(join(folder, device, 'name'))) ?? '')) {
      const inputs = (await list(join(folder, device))).filter((name) =>
        /^temp\d+_input$/.test(name),
      );
      for (const input of inputs.slice(0, maxInputs)) {
        found.push((await readNumber(join(folder, device, input))) ?? Number.NaN);
      }
    }
  }
  return found;
}

async function zoneTemperatures(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const zone of await list(folder)) {
    if (cpuZones.has((await readLine(join(folder, zone, 'type'))) ?? '')) {
      found.push((await readNumber(join(folder, zone, 'temp'))) ?? Number.NaN);
    }
  }
  return found;
}

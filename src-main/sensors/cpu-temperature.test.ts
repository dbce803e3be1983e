import { expect, it } from 'vitest';
import { fileTree } from '../../test/support/machine/file-tree.ts';
import { readCpuTemperature } from './cpu-temperature.ts';
import { known, unknown } from './reading.ts';

it('is that of the processor’s hottest sensor', async () => {
  const root = await fileTree({
    'class/hwmon/hwmon0/name': 'nvme\n',
    'class/hwmon/hwmon0/temp1_input': '81000\n',
    'class/hwmon/hwmon3/name': 'coretemp\n',
    'class/hwmon/hwmon3/temp1_input': '54000\n',
    'class/hwmon/hwmon3/temp2_input': '61500\n',
    'class/hwmon/hwmon3/temp3_input': '255000\n',
    'class/hwmon/hwmon3/temp1_max': '100000\n',
    'class/thermal/thermal_zone0/type': 'acpitz\n',
    'class/thermal/thermal_zone0/temp': '90000\n',
  });
  expect(await readCpuTemperature(root)).toEqual(known(61.5));
});

it('comes from a thermal zone on small boards', async () => {
  const root = await fileTree({
    'class/thermal/thermal_zone0/type': 'cpu-thermal\n',
    'class/thermal/thermal_zone0/temp': '48312\n',
  });
  expect(await readCpuTemperature(root)).toEqual(known(48.312));
});

it('is unknown where the sensor is gone or talks nonsense', async () => {
  const reason = unknown({ code: 'untold', fact: 'processor-temperature' });
  expect(await readCpuTemperature(await fileTree({}))).toEqual(reason);
  const broken = await fileTree({
    'class/hwmon/hwmon3/name': 'k10temp\n',
    'class/hwmon/hwmon3/temp1_input': 'EIO\n',
  });
  expect(await readCpuTemperature(broken)).toEqual(reason);
});

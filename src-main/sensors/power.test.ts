import { expect, it } from 'vitest';
import { fileTree } from '../../test/support/machine/file-tree.ts';
import {
  isOnBattery,
  parseClamshell,
  parsePmset,
  readLinuxPower,
  type Supply,
  windowsPower,
} from './power.ts';
import { known, unknown } from './reading.ts';
import type { RunCommand } from '../base/run-command.ts';

const { signal } = new AbortController();
const noTools: RunCommand = () => Promise.reject(new Error('not there'));

const charger = (online: string): Supply => ({ type: 'Mains', online, status: undefined });
const battery = (status: string): Supply => ({ type: 'Battery', online: undefined, status });

it.each([
  ['a desktop', [], known(false)],
  ['a laptop at its charger', [charger('1'), battery('Charging')], known(false)],
  ['a weak charger', [charger('1'), battery('Discharging')], known(false)],
  ['a laptop on its own', [charger('0'), battery('Discharging')], known(true)],
  ['a charger pulled a moment ago', [charger('0'), battery('Full')], known(true)],
  ['one of two chargers', [charger('0'), charger('1'), battery('Not charging')], known(false)],
  ['a battery without a charger’s file', [battery('Discharging')], known(true)],
  ['a full battery alone', [battery('Full')], known(false)],
  ['a UPS in use', [{ type: 'UPS', online: '1', status: 'Discharging' }], known(true)],
  [
    'a battery that tells nothing',
    [battery('Unknown')],
    unknown({ code: 'untold', fact: 'battery-use' }),
  ],
])('knows the power of %s', (_what, supplies, reading) => {
  expect(isOnBattery(supplies)).toEqual(reading);
});

it('reads Linux’s supplies and lid, and leaves a mouse’s battery out', async () => {
  const sysRoot = await fileTree({
    'class/power_supply/AC/type': 'Mains\n',
    'class/power_supply/AC/online': '1\n',
    'class/power_supply/BAT0/type': 'Battery\n',
    'class/power_supply/BAT0/status': 'Charging\n',
    'class/power_supply/hidpp_battery_0/type': 'Battery\n',
    'class/power_supply/hidpp_battery_0/scope': 'Device\n',
    'class/power_supply/hidpp_battery_0/status': 'Discharging\n',
  });
  const procRoot = await fileTree({ 'acpi/button/lid/LID0/state': 'state:      closed\n' });
  expect(await readLinuxPower(noTools, signal, { sysRoot, procRoot })).toEqual({
    onBattery: known(false),
    isLidClosed: known(true),
  });
});

it('asks logind about the lid where ACPI shows none, and only a machine with a battery', async () => {
  const procRoot = await fileTree({});
  const laptop = await fileTree({ 'class/power_supply/BAT0/type': 'Battery\n' });
  const open = Promise.resolve('b false\n');
  expect(
    (await readLinuxPower(() => open, signal, { sysRoot: laptop, procRoot })).isLidClosed,
  ).toEqual(known(false));
  expect(
    (await readLinuxPower(noTools, signal, { sysRoot: laptop, procRoot })).isLidClosed,
  ).toEqual(unknown({ code: 'untold', fact: 'lid' }));
  const desktop = await fileTree({});
  expect(await readLinuxPower(noTools, signal, { sysRoot: desktop, procRoot })).toEqual({
    onBattery: known(false),
    isLidClosed: known(false),
  });
});

it('reads macOS’ power and lid', () => {
  const drained = `Now drawing from 'Battery Power'
 -InternalBattery-0 (id=4522083)	87%; discharging; 5:12 remaining present: true
`;
  expect(parsePmset(drained)).toEqual(known(true));
  expect(parsePmset("Now drawing from 'AC Power'\n")).toEqual(known(false));
  expect(parsePmset('').isKnown).toBe(false);
  expect(parseClamshell('      "AppleClamshellState" = Yes\n')).toEqual(known(true));
  expect(parseClamshell('')).toEqual(known(false));
});

it.each([
  ['Online', known(false)],
  ['Offline', known(true)],
  ['Unknown', unknown({ code: 'untold', fact: 'power-source-windows' })],
])('reads Windows’ %s', (power, reading) => {
  const owner = { idleMs: 0, isLocked: false, fullScreen: null, power };
  expect(windowsPower(known(owner)).onBattery).toEqual(reading);
});

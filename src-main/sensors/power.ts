/** Whether the machine runs on its battery, and whether its lid is closed. */
import { join } from 'node:path';
import type { Facts, Reading } from '../../src-shared/duty.ts';
import { known, unknown } from './reading.ts';
import type { RunCommand } from '../base/run-command.ts';
import { list, readLine } from './sysfs.ts';
import type { WindowsOwner } from './windows/records.ts';

export type Power = Pick<Facts, 'onBattery' | 'isLidClosed'>;

export type Supply = {
  /** As in Documentation/ABI/testing/sysfs-class-power: "Mains", "USB", "Battery", "UPS", … */
  readonly type: string;
  readonly online: string | undefined;
  readonly status: string | undefined;
};

/**
 * Linux: the machine's own power supplies (a mouse may have a battery too), and the lid, from ACPI or else from
 * logind.
 */
export async function readLinuxPower(
  runCommand: RunCommand,
  signal: AbortSignal,
  { sysRoot = '/sys', procRoot = '/proc' } = {},
): Promise<Power> {
  const supplies = await readSupplies(join(sysRoot, 'class/power_supply'));
  const hasBattery = supplies.some(({ type }) => type === 'Battery');
  return {
    onBattery: isOnBattery(supplies),
    isLidClosed: await readLid(runCommand, signal, procRoot, hasBattery),
  };
}

async function readSupplies(folder: string): Promise<Supply[]> {
  const supplies: Supply[] = [];
  for (const name of await list(folder)) {
    const scope = await readLine(join(folder, name, 'scope'));
    const type = await readLine(join(folder, name, 'type'));
    if (scope !== 'Device' && type !== undefined) {
      const online = await readLine(join(folder, name, 'online'));
      const status = await readLine(join(folder, name, 'status'));
      supplies.push({ type, online, status });
    }
  }
  return supplies;
}

/** A charger that is plugged in counts as mains power, even when it is too weak to charge the battery. */
export function isOnBattery(supplies: readonly Supply[]): Reading<boolean> {
  const chargers = supplies.filter(
    ({ online, type }) => online !== undefined && type !== 'Battery',
  );
  const stores = supplies.filter(({ type }) => type === 'Battery' || type === 'UPS');
  if (stores.length === 0) {
    return known(false);
  }
  if (stores.some(({ type, status }) => type === 'UPS' && status === 'Discharging')) {
    return known(true);
  }
  if (chargers.some(({ online }) => online !== '0')) {
    return known(false);
  }
  const states = stores.map(({ status }) => status);
  if (chargers.length > 0 || states.includes('Discharging')) {
    return known(true);
  }
  return states.every((status) => status !== undefined && status !== 'Unknown')
    ? known(false)
    : unknown({ code: 'untold', fact: 'battery-use' });
}

async function readLid(
  runCommand: RunCommand,
  signal: AbortSignal,
  procRoot: string,
  hasBattery: boolean,
): Promise<Reading<boolean>> {
  const folder = join(procRoot, 'acpi/button/lid');
  const [lid] = await list(folder);
  if (lid !== undefined) {
    return parseLidState((await readLine(join(folder, lid, 'state'))) ?? '');
  }
  if (!hasBattery) {
    return known(false);
  }
  const manager = 'org.freedesktop.login1';
  const question = ['get-property', manager, '/org/freedesktop/login1', `${manager}.Manager`];
  const output = await runCommand('busctl', [...question, 'LidClosed'], signal).catch(() => '');
  const match = /^b (true|false)$/.exec(output.trim());
  return match === null ? unknown({ code: 'untold', fact: 'lid' }) : known(match[1] === 'true');
}

/** ACPI's "state:      open". */
function parseLidState(line: string): Reading<boolean> {
  const match = /^state:\s*(open|closed)$/.exec(line);
  return match === null
    ? unknown({ code: 'untold', fact: 'lid-state' })
    : known(match[1] === 'closed');
}

/** macOS: the power manager, and the lid's state in the registry, which desktops do not have. */
export async function readMacPower(runCommand: RunCommand, signal: AbortSignal): Promise<Power> {
  const battery = await runCommand('pmset', ['-g', 'batt'], signal);
  const lid = await runCommand('ioreg', ['-r', '-d', '1', '-k', 'AppleClamshellState'], signal);
  return { onBattery: parsePmset(battery), isLidClosed: parseClamshell(lid) };
}

/** "Now drawing from 'AC Power'", or 'Battery Power', or 'UPS Power'. */
export function parsePmset(text: string): Reading<boolean> {
  const match = /drawing from '([^'\n]{1,40})'/.exec(text);
  return match === null
    ? unknown({ code: 'untold', fact: 'power-source-mac' })
    : known(match[1] !== 'AC Power');
}

/** "AppleClamshellState" = Yes or No; a Mac without a lid has none. */
export function parseClamshell(text: string): Reading<boolean> {
  return known(/"AppleClamshellState"\s*=\s*Yes/.test(text));
}

export function windowsPower(owner: Reading<WindowsOwner>): Power {
  const isLidClosed = unknown({ code: 'untold', fact: 'lid-windows' });
  if (!owner.isKnown) {
    return { onBattery: owner, isLidClosed };
  }
  const { power } = owner.value;
  return {
    onBattery:
      power === 'Online' || power === 'Offline'
        ? known(power === 'Offline')
        : unknown({ code: 'untold', fact: 'power-source-windows' }),
    isLidClosed,
  };
}

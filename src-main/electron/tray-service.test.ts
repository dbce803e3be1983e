import { expect, it } from 'vitest';
import type { RunCommand } from '../base/run-command.ts';
import { hasTrayService } from './tray-service.ts';

/** Output of the tools; tools that are missing here are not installed. */
function tools(printed: Readonly<Record<string, string>>): RunCommand {
  return (command) => {
    const text = printed[command];
    return text === undefined
      ? Promise.reject(new Error(`${command} is not installed`))
      : Promise.resolve(text);
  };
}

it.each<[Readonly<Record<string, string>>, boolean]>([
  [{ busctl: 'b true\n' }, true],
  [{ busctl: 'b false\n', gdbus: '(true,)\n' }, false],
  [{ gdbus: '(true,)\n' }, true],
  [{ gdbus: '(false,)\n' }, false],
  [{ 'dbus-send': 'method return time=1.2 sender=org.freedesktop.DBus\n   boolean true\n' }, true],
  [{ busctl: '' }, false],
  [{}, false],
])('takes from %j that there is a tray: %s', async (printed, expected) => {
  expect(await hasTrayService(tools(printed))).toBe(expected);
});

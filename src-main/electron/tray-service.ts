/**
 * Whether a Linux desktop shows tray icons: GNOME without an extension does not, and Electron cannot tell. A desktop
 * that does runs a program under the name of the watcher of the StatusNotifierItem specification, on the session's
 * bus.
 */
import type { RunCommand } from '../base/run-command.ts';

const watcher = 'org.kde.StatusNotifierWatcher';
const bus = 'org.freedesktop.DBus';
const busPath = '/org/freedesktop/DBus';

/** Commands that ask the bus for its services; a system has at least one of these tools. */
const questions: readonly (readonly [string, ...string[]])[] = [
  ['busctl', '--user', 'call', bus, busPath, bus, 'NameHasOwner', 's', watcher],
  [
    'gdbus',
    'call',
    '--session',
    `--dest=${bus}`,
    `--object-path=${busPath}`,
    `--method=${bus}.NameHasOwner`,
    watcher,
  ],
  [
    'dbus-send',
    '--session',
    '--print-reply',
    `--dest=${bus}`,
    busPath,
    `${bus}.NameHasOwner`,
    `string:${watcher}`,
  ],
];

const patienceMs = 3000;

/** False also when no tool can ask: a window without a tray works everywhere. */
export async function hasTrayService(runCommand: RunCommand): Promise<boolean> {
  for (const [tool, ...args] of questions) {
    try {
      return /\btrue\b/.test(await runCommand(tool, args, AbortSignal.timeout(patienceMs)));
    } catch {
      // The tool is not installed, or there is no session bus: the next tool may know more.
    }
  }
  return false;
}

/**
 * Whether a Linux desktop shows tray icons: GNOME without an extension does not, and Electron cannot tell. A desktop
 * that does has a program with the name of the StatusNotifierItem specification's watcher on the session's bus.
 */
import type { RunCommand } from '../base/run-command.ts';

const watcher = 'org.kde.StatusNotifierWatcher';
const bus = 'org.freedesktop.DBus';
const busPath = '/org/freedesktop/DBus';

/** Whichever of these tools a system has asks the bus for its services. */
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

/** False also when no service can be asked: then a window that stays is what works everywhere. */
export async function hasTrayService(runCommand: RunCommand): Promise<boolean> {
  for (const [tool, ...args] of questions) {
    try {
      return /\btrue\b/.test(await runCommand(tool, args, AbortSignal.timeout(patienceMs)));
    } catch {
      // Not installed, or no session's bus: the next tool may know better.
    }
  }
  return false;
}

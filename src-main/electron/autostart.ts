/** Makes the app start at login, or not: through the system's own list, or through a file on Linux. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { autostartEntry } from './autostart-entry.ts';

/**
 * Does nothing where the setting is so already.
 *
 * @param args of the start at login
 */
export async function setAutostart(isWanted: boolean, args: readonly string[]): Promise<void> {
  if (process.platform === 'linux') {
    await setEntry(isWanted ? autostartEntry([...ownCommand(), ...args]) : undefined);
  } else if (app.isPackaged) {
    // When the app runs from its sources, the program is Electron itself.
    const [path = process.execPath] = ownCommand();
    const item = { path, args: [...args] };
    if (app.getLoginItemSettings(item).openAtLogin !== isWanted) {
      app.setLoginItemSettings({ ...item, openAtLogin: isWanted });
    }
  }
}

/**
 * The program that the owner started. An AppImage and a portable program run from a folder that is gone afterwards.
 */
function ownCommand(): string[] {
  const outer = process.env['APPIMAGE'] ?? process.env['PORTABLE_EXECUTABLE_FILE'];
  return [outer ?? process.execPath, ...(app.isPackaged ? [] : [app.getAppPath()])];
}

async function setEntry(text: string | undefined): Promise<void> {
  const settings = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const path = join(settings, 'autostart', 'mindmesh.desktop');
  const current = await readFile(path, 'utf8').catch(() => undefined);
  if (current === text) {
    return;
  }
  if (text === undefined) {
    await rm(path, { force: true });
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

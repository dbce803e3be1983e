/** electron-updater, where this copy of the app can be updated by it: installed, and built with an address to check. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { Updater } from './updates.ts';

export function loadUpdater(): (() => Promise<Updater>) | null {
  const canUpdate = app.isPackaged && existsSync(join(process.resourcesPath, 'app-update.yml'));
  // Only when it is needed: it brings a lot along.
  return canUpdate ? async () => (await import('electron-updater')).default.autoUpdater : null;
}

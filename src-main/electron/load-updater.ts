/**
 * Loads electron-updater, in a copy of the app that it can update: an installed one that was built with an update
 * address.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { Updater } from './updates.ts';

export function loadUpdater(): (() => Promise<Updater>) | null {
  const canUpdate = app.isPackaged && existsSync(join(process.resourcesPath, 'app-update.yml'));
  // The module is loaded only when it is needed, since it is large.
  return canUpdate ? async () => (await import('electron-updater')).default.autoUpdater : null;
}

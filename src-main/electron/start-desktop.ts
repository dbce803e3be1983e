/** Starts the parts of the desktop app in order, and shows the app as the command line asks. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { app, session } from 'electron';
import { describeCauses } from '../../src-shared/errors.ts';
import { appFiles } from '../base/app-files.ts';
import { createHost } from '../host/host.ts';
import { runCommand } from '../base/run-command.ts';
import { serveAppPages } from './app-protocol.ts';
import { bundledFiles, nodeCommand } from './bundled-files.ts';
import type { AppCommand } from './command-line.ts';
import { Desktop, type OpenRequest } from './desktop.ts';
import { guardSession } from './guard-session.ts';
import { DesktopKeepAwake, desktopPresence } from './power.ts';
import { hasTrayService } from './tray-service.ts';

/** At login the app may start before the desktop's panel. */
const trayPatience = { tries: 15, everyMs: 2000 } as const;

/**
 * @param asked returns what was asked for by the time the window is shown
 * @throws what createHost throws
 */
export async function startDesktop(
  command: AppCommand,
  asked: () => OpenRequest | undefined,
): Promise<Desktop> {
  const files = bundledFiles(appFiles());
  guardSession(session.defaultSession);
  serveAppPages(session.defaultSession, files.windowPages);
  const presence = desktopPresence();
  const host = await createHost({
    dataFolder: command.dataFolder,
    needsConsent: true,
    nodeCommand: nodeCommand({
      isPackaged: app.isPackaged,
      platform: process.platform,
      resources: process.resourcesPath,
    }),
    files,
    keepAwake: new DesktopKeepAwake(),
    ...(presence === undefined ? {} : { presence }),
  });
  process.on('uncaughtExceptionMonitor', (error) => {
    host.log.write('error', 'host', 'Ended by an error', { cause: describeCauses(error) });
  });
  const startsHidden =
    (command.isHidden || wasOpenedAtLogin()) && host.snapshot().consent === 'given';
  const { dataFolder } = command;
  const desktop = new Desktop({
    host,
    assets: join(app.getAppPath(), 'assets'),
    hasTray: command.hasTray ?? (await findTray(startsHidden)),
    loginArguments: ['--hidden', ...(dataFolder === undefined ? [] : ['--data', dataFolder])],
  });
  app.on('before-quit', (event) => {
    if (!desktop.hasEnded) {
      event.preventDefault();
      void desktop.quit();
    }
  });
  app.on('window-all-closed', () => desktop.windowClosed());
  await desktop.serveCommandLine();
  if (app.isPackaged && dataFolder === undefined) {
    app.setAsDefaultProtocolClient('mindmesh');
  }
  const request = asked();
  if (startsHidden && request === undefined) {
    desktop.openHidden();
  } else {
    desktop.open(request);
  }
  return desktop;
}

async function findTray(isPatient: boolean): Promise<boolean> {
  if (process.platform !== 'linux') {
    return true;
  }
  for (let tries = isPatient ? trayPatience.tries : 1; ; tries -= 1) {
    if (await hasTrayService(runCommand)) {
      return true;
    }
    if (tries <= 1) {
      return false;
    }
    await delay(trayPatience.everyMs);
  }
}

/** macOS starts login items without arguments. */
function wasOpenedAtLogin(): boolean {
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}

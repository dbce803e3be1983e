/**
 * What the tests of the desktop app share: the packaged app, a screen, and the app in a data folder of its own for
 * each test. Without an Electron, playwright.config.ts leaves them out.
 */
/* oxlint-disable no-empty-pattern -- Playwright reads from the pattern which fixtures are wanted. */
import { test as base, expect } from '@playwright/test';
import { DesktopApp, type ElectronStart } from '../support/window/desktop-app.ts';
import { packagedApp } from '../support/window/packaged-app.ts';
import { openScreen } from '../support/window/virtual-screen.ts';

export const test = base.extend<{ desktop: DesktopApp }, { electron: ElectronStart }>({
  electron: [
    async ({}, use) => {
      const packaged = await packagedApp();
      if (packaged === undefined) {
        throw new Error('There is no Electron for the tests of the desktop app.');
      }
      const screen = await openScreen();
      await use({
        executable: packaged.executableForTests,
        environment: screen.display === undefined ? {} : { DISPLAY: screen.display },
      });
      await screen.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  desktop: async ({ electron }, use) => {
    const desktop = await DesktopApp.start(electron, '--tray');
    await use(desktop);
    await desktop.dispose();
  },
});

export { expect };

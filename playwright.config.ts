import { defineConfig } from '@playwright/test';
import { keepCompiledCode } from './test/support/machine/compile-cache.ts';
import { findElectron } from './test/support/window/electron-runtime.ts';

keepCompiledCode();

// The window in a real browser, and the desktop app in a real Electron, on a real host with the real demo model;
// `npm run build` comes first. Four workers for the two cores that the suite is sized for: each waits half of its time.
export default defineConfig({
  projects: [
    { name: 'window', testDir: 'test/e2e' },
    // Without an Electron there is none; prepare-packaged-app.ts has said so.
    ...(findElectron() === undefined ? [] : [{ name: 'desktop', testDir: 'test/electron' }]),
  ],
  outputDir: 'test-results',
  workers: 4,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  use: {
    viewport: { width: 1100, height: 760 },
    locale: 'en',
    screenshot: 'only-on-failure',
    // A picture of every moment takes a fifth of the whole run's computing time.
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
});

import { defineConfig } from '@playwright/test';

// The window in a real browser, on a real host with the real demo model; `npm run build` comes first. One
// worker: a host, its engine and the browser fill the two cores that the suite is sized for.
export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  use: { viewport: { width: 1100, height: 760 }, locale: 'en', trace: 'retain-on-failure' },
});

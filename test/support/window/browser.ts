/** Finds a Chromium for the tests of the window: Playwright's own when it is installed, else the system's. */
import { existsSync } from 'node:fs';
import { chromium, type LaunchOptions } from '@playwright/test';

/** Paths of the browser on different systems. */
const systemBrowsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

// The window needs only its host, so the browser may connect to nothing else.
const quietArguments = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Containers often have a tiny /dev/shm.
  '--disable-dev-shm-usage',
];

/** Path of the browser, or undefined when there is none. */
export function findBrowser(): string | undefined {
  return [chromium.executablePath(), ...systemBrowsers].find((path) => existsSync(path));
}

/** How to start it. */
export function browserLaunchOptions(): LaunchOptions {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    throw new Error(
      'The tests of the window need a Chromium: run "npx playwright install chromium", or install your system\'s chromium package.',
    );
  }
  // Chromium's sandbox refuses to run as root.
  const rootArguments = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return { executablePath, args: [...quietArguments, ...rootArguments] };
}

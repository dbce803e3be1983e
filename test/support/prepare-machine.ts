/**
 * Run before the tests: makes sure that there is a Chromium for the window's tests. Playwright's own is
 * taken when installed, else the system's; on Debian as root one is installed, elsewhere a sentence says how.
 */
import { spawnSync } from 'node:child_process';
import { findBrowser } from './browser.ts';

if (findBrowser() === undefined) {
  const isDebianRoot = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (isDebianRoot) {
    console.error(
      'No Chromium found: installing the package chromium for the tests of the window.',
    );
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  if (findBrowser() === undefined) {
    console.error(
      'The tests of the window need a Chromium: run "npx playwright install chromium", or install your system\'s chromium package.',
    );
    process.exitCode = 1;
  }
}

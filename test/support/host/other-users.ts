/** Programs run as other users of this computer, where a test may start such, and hosts run by them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { appFiles } from '../../../src-main/base/app-files.ts';
import { finished, type Finished } from './host-command-line.ts';

export type Person = { readonly id: number; readonly home: string };

/** User ids that no account has. */
export const otherUsers = [61_001, 61_002] as const;

/** Only root may become another user, and only a checkout that all may read can be run by them. */
export async function canRunAsOthers(): Promise<boolean> {
  try {
    if ((await mindmeshAs({ id: otherUsers[0], home: tmpdir() }, '--version')).code === 0) {
      return true;
    }
  } catch {
    // It could not be started.
  }
  console.warn('skipped: no program may be run as another user here, so two users are not tested');
  return false;
}

/** A user with a home folder, for the length of a test. */
export async function person(id: number): Promise<Person> {
  const home = await mkdtemp(join(tmpdir(), 'mindmesh-user-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  // As open as a home folder may be: what must be hidden from others does not lean on it.
  await chmod(home, 0o755);
  await chown(home, id, id);
  return { id, home };
}

/** A data folder that was made by hand, open to all. */
export async function openDataFolder({ id, home }: Person): Promise<string> {
  const folder = join(home, 'data');
  await mkdir(folder, { mode: 0o755 });
  await chown(folder, id, id);
  return folder;
}

/** Starts `mindmesh`, or another command, as that person. */
export function runAs(
  { id, home }: Person,
  args: readonly string[],
  command?: string,
): ChildProcess {
  const { XDG_DATA_HOME: _data, ...environment } = process.env;
  const child = spawn(
    command ?? process.execPath,
    command === undefined ? [appFiles().commandLine, ...args] : args,
    {
      ...(id === process.getuid?.() ? {} : { uid: id, gid: id }),
      cwd: home,
      env: { ...environment, HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  // One that cannot be started ends like one that failed.
  child.on('error', () => {});
  return child;
}

export function mindmeshAs(who: Person, ...args: string[]): Promise<Finished> {
  return finished(runAs(who, args));
}

const quietly = ['--no-shards', '--no-mdns', '--always-work', '--listen', '/ip4/127.0.0.1/tcp/0'];

/** `mindmesh serve` until the test is over, and what it printed until it ran. */
export async function serveAs(who: Person, folder: string, ...args: string[]): Promise<string> {
  const child = runAs(who, ['serve', '--data', folder, ...quietly, ...args]);
  onTestFinished(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, 'exit');
    }
  });
  return untilRunning(child);
}

async function untilRunning({ stdout, stderr }: ChildProcess): Promise<string> {
  if (stdout === null || stderr === null) {
    throw new Error('A host of this test has no output.');
  }
  let said = '';
  stderr.on('data', (piece) => {
    said += String(piece);
  });
  for await (const line of createInterface({ input: stdout })) {
    said += `${line}\n`;
    if (line.startsWith('Press Ctrl-C')) {
      return said;
    }
  }
  throw new Error(`The host ended: ${said}`);
}

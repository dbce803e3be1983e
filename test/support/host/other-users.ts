/** Runs programs and hosts as other users of this computer, where a test may do that. */
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

/** User ids without an account. */
export const otherUsers = [61_001, 61_002] as const;

/** Only root may become another user, and others can only run a checkout that everyone may read. */
export async function canRunAsOthers(): Promise<boolean> {
  try {
    if ((await mindmeshAs({ id: otherUsers[0], home: tmpdir() }, '--version')).code === 0) {
      return true;
    }
  } catch {
    // The process could not be started.
  }
  console.warn('skipped: no program may be run as another user here, so two users are not tested');
  return false;
}

/** A user with a home folder, for the length of a test. */
export async function person(id: number): Promise<Person> {
  const home = await mkdtemp(join(tmpdir(), 'mindmesh-user-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  // A home folder may be this open; secrets must not depend on its mode.
  await chmod(home, 0o755);
  await chown(home, id, id);
  return { id, home };
}

/** A data folder that was made by hand and is open to everyone. */
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
  // A command that cannot be started ends like one that failed.
  child.on('error', () => {});
  return child;
}

export function mindmeshAs(who: Person, ...args: string[]): Promise<Finished> {
  return finished(runAs(who, args));
}

const quietly = ['--no-shards', '--no-mdns', '--always-work', '--listen', '/ip4/127.0.0.1/tcp/0'];

/** Runs `mindmesh serve` until the end of the test; returns what it printed until it was ready. */
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

/** Stands in for a tool of the system: a shell script with the behaviour that a test needs, as a real process. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { isAlive } from '../host/host-processes.ts';
import { temporaryFolder } from './temporary-folder.ts';

export type FakeTool = {
  /** The folder of the script, `$here` inside it. */
  readonly folder: string;
  readonly command: string;
  /** Process ids of all its runs. */
  pids(): Promise<number[]>;
};

/** The test fails when a process of the tool outlives it. */
export async function fakeTool(script: string): Promise<FakeTool> {
  const folder = await temporaryFolder();
  const command = join(folder, 'tool');
  const notes = join(folder, 'pids');
  await writeFile(command, `#!/bin/sh\nhere='${folder}'\necho $$ >> "$here/pids"\n${script}\n`);
  await chmod(command, 0o755);
  const pids = async (): Promise<number[]> => {
    const text = await readFile(notes, 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean).map(Number);
  };
  onTestFinished(async () => {
    expect((await pids()).filter(isAlive)).toEqual([]);
  });
  return { folder, command, pids };
}

/** Runs the built command line as a user would, and returns its output. */
import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  spawn,
  type SpawnOptions,
} from 'node:child_process';
import { once } from 'node:events';
import { text as readAll } from 'node:stream/consumers';
import { appFiles } from '../../../src-main/base/app-files.ts';

export type Finished = { readonly code: number | null; readonly out: string; readonly err: string };

/** Starts `mindmesh` with the arguments; the caller may write to its input. */
export function startMindmesh(
  args: readonly string[],
  where: Pick<SpawnOptions, 'cwd' | 'env'> = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [appFiles().commandLine, ...args], { ...where, stdio: 'pipe' });
}

/** Runs `mindmesh` to its end. `input` is piped into it. */
export async function mindmesh(args: readonly string[], input = ''): Promise<Finished> {
  const child = startMindmesh(args);
  // A command that does not read its input may end before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return finished(child);
}

/** The end of a process, and its output until then. */
export async function finished(child: ChildProcess): Promise<Finished> {
  const [out, err] = await Promise.all([
    child.stdout === null ? '' : readAll(child.stdout),
    child.stderr === null ? '' : readAll(child.stderr),
    child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined,
  ]);
  return { code: child.exitCode, out, err };
}

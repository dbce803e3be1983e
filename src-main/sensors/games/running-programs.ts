/** Lists the running programs, as far as the system shows them; games are recognised among them. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Reading } from '../../../src-shared/duty.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';
import { known, unknown } from '../reading.ts';
import type { RunCommand } from '../../base/run-command.ts';

export type RunningProgram = {
  readonly pid: number;
  /** Possible paths of the program: the file that runs, and the one that it was started by (a game in Wine). */
  readonly paths: readonly string[];
};

type Seen = { readonly since: number; readonly readAt: number; readonly paths: readonly string[] };

/** A process this young may still become another program, as launchers' scripts end in "exec game". */
const youngMs = 60_000;
/** An older process is read again this seldom, in case its number now belongs to another one. */
const rereadMs = 60_000;
const maxProcesses = 20_000;
/** Each has two files, and a process may have some thousand files open. */
const readAtOnce = 64;

/** Linux's processes, from /proc. Only new and young ones are read in full. While none changes, the reading is the same one. */
export class LinuxPrograms {
  readonly #procRoot: string;
  readonly #clock: Clock;
  readonly #seen = new Map<number, Seen>();
  #reading: Reading<readonly RunningProgram[]> | undefined;

  constructor(procRoot = '/proc', clock: Clock = systemClock) {
    this.#procRoot = procRoot;
    this.#clock = clock;
  }

  async read(): Promise<Reading<readonly RunningProgram[]>> {
    const now = this.#clock.now();
    const names = await readdir(this.#procRoot);
    const pids = new Set(
      names
        .filter((name) => /^\d{1,10}$/.test(name))
        .slice(0, maxProcesses)
        .map(Number),
    );
    if (pids.size === 0) {
      return unknown({ code: 'untold', fact: 'processes' });
    }
    let isSame = true;
    // Processes that ran before the first look are not young.
    const since = this.#seen.size === 0 ? now - youngMs : now;
    for (const pid of this.#seen.keys()) {
      if (!pids.has(pid)) {
        this.#seen.delete(pid);
        isSame = false;
      }
    }
    const toRead = [...pids].filter((pid) => {
      const seen = this.#seen.get(pid);
      return seen === undefined || now - seen.since < youngMs || now - seen.readAt >= rereadMs;
    });
    for (let first = 0; first < toRead.length; first += readAtOnce) {
      const batch = toRead.slice(first, first + readAtOnce);
      // One after another, they would wait for as many turns of a busy event loop.
      const read = await Promise.all(batch.map((pid) => this.#paths(pid)));
      for (const [index, paths] of read.entries()) {
        const pid = batch[index] ?? 0;
        const seen = this.#seen.get(pid);
        isSame &&= isDeepStrictEqual(paths, seen?.paths);
        this.#seen.set(pid, { since: seen?.since ?? since, readAt: now, paths });
      }
    }
    if (!isSame || this.#reading === undefined) {
      this.#reading = known([...this.#seen].map(([pid, { paths }]) => ({ pid, paths })));
    }
    return this.#reading;
  }

  async #paths(pid: number): Promise<readonly string[]> {
    const folder = join(this.#procRoot, String(pid));
    const paths = await Promise.all([
      // Of other users' programs only the command line can be read.
      readlink(join(folder, 'exe')).catch(() => ''),
      readFile(join(folder, 'cmdline'), 'utf8').then(
        (words) => words.split('\0', 1)[0] ?? '',
        () => '',
      ),
    ]);
    return [...new Set(paths)].filter((path) => path !== '');
  }
}

/** What `ps` shows of each process: its number, its processor time, and its file. */
export type PsProgram = RunningProgram & { readonly cpuSeconds: number };

/** For systems without /proc. One call serves both the games and the processor's load. */
export async function readPsPrograms(
  runCommand: RunCommand,
  signal: AbortSignal,
): Promise<Reading<readonly PsProgram[]>> {
  const programs = parsePs(await runCommand('ps', ['-axo', 'pid=,time=,comm='], signal));
  return programs.length === 0
    ? unknown({ code: 'untold', fact: 'processes-ps' })
    : known(programs);
}

/** "  501   1:02.33 /Applications/Game.app/Contents/MacOS/Game"; times also as 1-02:03:04 and with a comma. */
export function parsePs(text: string): PsProgram[] {
  const programs: PsProgram[] = [];
  for (const line of text.split('\n').slice(0, maxProcesses)) {
    const match = /^\s*(\d{1,10})\s+(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)\s+(\S.*)$/.exec(
      line,
    );
    if (match !== null) {
      const [, pid, days = '0', hours = '0', minutes = '0', seconds = '0', path = ''] = match;
      programs.push({
        pid: Number(pid),
        paths: [path.trimEnd()],
        cpuSeconds:
          Number(days) * 86_400 +
          Number(hours) * 3600 +
          Number(minutes) * 60 +
          Number(seconds.replace(',', '.')),
      });
    }
  }
  return programs;
}

/** Watches for games: compares the running programs with the launchers' folders and with the owner's list. */
import { isDeepStrictEqual } from 'node:util';
import type { Reading, RunningGame } from '../../../src-shared/duty.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import { findGames, type GameFolder } from './find-games.ts';
import type { OwnProcesses } from '../own-processes.ts';
import { mapReading } from '../reading.ts';
import type { RunningProgram } from './running-programs.ts';

export type GameFinderOptions = {
  readonly folders: () => Promise<readonly GameFolder[]>;
  readonly exclusiveApps: () => readonly string[];
  readonly own: () => OwnProcesses;
  readonly clock: Clock;
};

/**
 * Folders are looked up seldom, in milliseconds: a newly installed game lies in a folder of its launcher, which is
 * known already.
 */
const foldersEveryMs = 600_000;

/** What games are found by. */
type Searched = {
  readonly running: readonly RunningProgram[];
  readonly folders: readonly GameFolder[];
  readonly exclusiveApps: readonly string[];
  readonly ours: ReadonlySet<number>;
};

export class GameFinder {
  readonly #options: GameFinderOptions;
  #folders: readonly GameFolder[] = [];
  #foldersAt: number | undefined;
  #last: { readonly searched: Searched; readonly games: RunningGame[] } | undefined;

  constructor(options: GameFinderOptions) {
    this.#options = options;
  }

  async find(programs: Reading<readonly RunningProgram[]>): Promise<Reading<RunningGame[]>> {
    const { exclusiveApps, own, clock, folders } = this.#options;
    if (this.#foldersAt === undefined || clock.now() - this.#foldersAt > foldersEveryMs) {
      this.#folders = await folders();
      this.#foldersAt = clock.now();
    }
    return mapReading(programs, (running) =>
      this.#findAmong({
        running,
        folders: this.#folders,
        exclusiveApps: exclusiveApps(),
        ours: own().pids,
      }),
    );
  }

  /** Hundreds of paths are compared with all folders only when something has changed. */
  #findAmong(searched: Searched): RunningGame[] {
    if (this.#last === undefined || !isSameSearch(searched, this.#last.searched)) {
      const { running, folders, exclusiveApps, ours } = searched;
      this.#last = { searched, games: findGames(running, folders, exclusiveApps, ours) };
    }
    return this.#last.games;
  }
}

function isSameSearch(one: Searched, other: Searched): boolean {
  return (
    one.running === other.running &&
    one.folders === other.folders &&
    isDeepStrictEqual([one.exclusiveApps, one.ours], [other.exclusiveApps, other.ours])
  );
}

/** A real disk that a test can fill to the last byte: a small file system in memory, where the test may mount one. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);

export class SmallDisk {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Fills the disk to the last byte. */
  async fill(): Promise<void> {
    for (const size of [65_536, 4096, 1]) {
      for (let full = false; !full;) {
        full = await writeFile(this.#filler, Buffer.alloc(size), { flag: 'a' }).then(
          () => false,
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOSPC') {
              return true;
            }
            throw error;
          },
        );
      }
    }
  }

  async free(): Promise<void> {
    await rm(this.#filler);
  }

  get #filler(): string {
    return join(this.folder, 'filler');
  }
}

const bytes = 16 * 1024 * 1024;

/** A disk that is unmounted after the test. Skips the test, with a message, where no file system may be mounted. */
export async function smallDisk(skip: (reason: string) => never): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'mindmesh-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'tmpfs', folder]);
  } catch {
    await rmdir(folder);
    console.warn('skipped: no file system may be mounted here, so a full disk is not tested');
    return skip('no file system may be mounted here');
  }
  onTestFinished(async () => {
    await run('umount', ['--lazy', folder]);
    await rmdir(folder);
  });
  return new SmallDisk(folder);
}

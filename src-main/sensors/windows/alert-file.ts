/**
 * Tells the PowerShell of Windows' facts that engines are loaded, by a file that is there or not: it reads no input, and
 * looks for new programs more often only then.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class AlertFile {
  readonly path: string;
  #isThere = false;

  constructor(path = join(tmpdir(), `mindmesh-${process.pid}-has-engines`)) {
    this.path = path;
  }

  /** Where the folder cannot be written, new programs are seen with the list of all. */
  set(isWanted: boolean): void {
    if (isWanted === this.#isThere) {
      return;
    }
    this.#isThere = isWanted;
    try {
      if (isWanted) {
        writeFileSync(this.path, '');
      } else {
        rmSync(this.path, { force: true });
      }
    } catch {
      // See above.
    }
  }
}

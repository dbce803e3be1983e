/** Entries that the node's newest answers had to do without: what a person sees of them, and the log once. */
import type { Log } from '../base/log.ts';

export class LeftOutEntries {
  readonly #log: Log;
  /** Sentences by what they were left out of. */
  readonly #bySource = new Map<string, readonly string[]>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Those that are missing now. */
  get sentences(): readonly string[] {
    return [...this.#bySource.values()].flat();
  }

  /** The newest answer from `source` had to do without these; those of the one before count no more. */
  tell(source: string, leftOut: readonly string[]): void {
    const before = this.#bySource.get(source) ?? [];
    for (const sentence of leftOut.filter((each) => !before.includes(each))) {
      this.#log.write('warn', 'node', sentence, { source });
    }
    this.#bySource.set(source, leftOut);
  }

  /** There are no answers any more. */
  clear(): void {
    this.#bySource.clear();
  }
}

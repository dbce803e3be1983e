/** Entries that were left out of the node's newest responses. They become warnings, and each goes to the log once. */
import type { Log } from '../base/log.ts';

export class LeftOutEntries {
  readonly #log: Log;
  /** Sentences by the response that they belong to. */
  readonly #bySource = new Map<string, readonly string[]>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** The sentences about entries that are missing now. */
  get sentences(): readonly string[] {
    return [...this.#bySource.values()].flat();
  }

  /** The newest response from `source` lacks these entries; those of its last response no longer count. */
  tell(source: string, leftOut: readonly string[]): void {
    const before = this.#bySource.get(source) ?? [];
    for (const sentence of leftOut.filter((each) => !before.includes(each))) {
      this.#log.write('warn', 'node', sentence, { source });
    }
    this.#bySource.set(source, leftOut);
  }

  /** The node has ended, so its responses no longer count. */
  clear(): void {
    this.#bySource.clear();
  }
}

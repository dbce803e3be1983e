/**
 * Models of which this node has bytes without hosting them, so that peers find them here. Which of them its record names
 * is decided by shared-models.ts.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { LibraryModel } from '../models/library.ts';

export type StoredModelsOptions = {
  /** As ModelLibrary.stored. */
  readonly scan: () => Promise<readonly LibraryModel[]>;
  /** There are others than before. */
  readonly onChange: () => void;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
};

/** The disk is read again when a caller wants to know and the last scan is older than this, in milliseconds. */
const rescanMs = 15_000;

export class StoredModels {
  readonly #options: StoredModelsOptions;
  #stored: readonly LibraryModel[] = [];
  #scannedAt = -Infinity;
  #scanning: Promise<void> | undefined;

  constructor(options: StoredModelsOptions) {
    this.#options = options;
  }

  /** As far as is known; a scan for the next time is begun when it may have changed. */
  beside(hosted: readonly ModelSummary[]): LibraryModel[] {
    if (this.#options.now() - this.#scannedAt >= rescanMs) {
      void this.refresh();
    }
    const ids = new Set(hosted.map(({ manifestId }) => manifestId));
    return this.#stored.filter(({ manifestId }) => !ids.has(manifestId));
  }

  /** Scans the disk now. Never throws: what cannot be read is not told of. */
  refresh(): Promise<void> {
    this.#scannedAt = this.#options.now();
    this.#scanning ??= this.#refresh().finally(() => {
      this.#scanning = undefined;
    });
    return this.#scanning;
  }

  async #refresh(): Promise<void> {
    const stored = await this.#options.scan().catch(() => []);
    if (!isDeepStrictEqual(stored, this.#stored)) {
      this.#stored = stored;
      this.#options.onChange();
    }
  }
}

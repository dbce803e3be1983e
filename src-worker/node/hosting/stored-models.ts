/**
 * Models of which this node stores bytes without hosting them, so that peers can fetch them here. shared-models.ts decides
 * which of them the record names.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { LibraryModel } from '../models/library.ts';

export type StoredModelsOptions = {
  /** As ModelLibrary.stored. */
  readonly scan: () => Promise<readonly LibraryModel[]>;
  /** Called when the stored models have changed. */
  readonly onChange: () => void;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
};

/** A call of `beside` starts a new scan when the last one is older than this, in milliseconds. */
const rescanMs = 15_000;

export class StoredModels {
  readonly #options: StoredModelsOptions;
  #stored: readonly LibraryModel[] = [];
  #scannedAt = -Infinity;
  #scanning: Promise<void> | undefined;

  constructor(options: StoredModelsOptions) {
    this.#options = options;
  }

  /** The stored models beside the hosted ones, by the last scan; starts a new one when that is old. */
  beside(hosted: readonly ModelSummary[]): LibraryModel[] {
    if (this.#options.now() - this.#scannedAt >= rescanMs) {
      void this.refresh();
    }
    const ids = new Set(hosted.map(({ manifestId }) => manifestId));
    return this.#stored.filter(({ manifestId }) => !ids.has(manifestId));
  }

  /** Scans the disk now. Never throws: models that cannot be read are left out. */
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

/**
 * Models of which this node has bytes without hosting them, so that peers find them here. Which of them its record names
 * is decided by shared-models.ts.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { LibraryModel } from '../models/library.ts';

export type HeldModelsOptions = {
  /** As ModelLibrary.held. */
  readonly look: () => Promise<readonly LibraryModel[]>;
  /** There are others than before. */
  readonly onChange: () => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
};

/** The disk is looked at again when somebody wants to know and the last look is older than this, in milliseconds. */
const lookAgainMs = 15_000;

export class HeldModels {
  readonly #options: HeldModelsOptions;
  #held: readonly LibraryModel[] = [];
  #lookedAt = -Infinity;
  #looking: Promise<void> | undefined;

  constructor(options: HeldModelsOptions) {
    this.#options = options;
  }

  /** As far as is known; a look for the next time is begun when it may have changed. */
  beside(hosted: readonly ModelSummary[]): LibraryModel[] {
    if (this.#options.now() - this.#lookedAt >= lookAgainMs) {
      void this.look();
    }
    const ids = new Set(hosted.map(({ manifestId }) => manifestId));
    return this.#held.filter(({ manifestId }) => !ids.has(manifestId));
  }

  /** Looks at the disk now. Never throws: what cannot be looked at is not told of. */
  look(): Promise<void> {
    this.#lookedAt = this.#options.now();
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const held = await this.#options.look().catch(() => []);
    if (!isDeepStrictEqual(held, this.#held)) {
      this.#held = held;
      this.#options.onChange();
    }
  }
}

/**
 * Notices that the file of a hosted model was moved away or deleted. An engine that has loaded the file goes on, and a shard
 * that is not loaded is missed only by the first question, so the owner is told before.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import { modelFileWords } from '../../../src-shared/words/errors.ts';

/** Time between checks, in milliseconds: as often as the file of a loaded shard is checked for changes. */
const lookEveryMs = 5000;

type Hosted = LayerRange & { readonly manifestId: string; readonly model: string };

export type MissingFilesOptions = {
  /** The shards to check: those that are hosted and have not failed, which tells more. */
  readonly hosted: () => readonly Hosted[];
  /** The path of a file that the layers need and that is missing. */
  readonly missingFile: (manifestId: string, layers: LayerRange) => Promise<string | undefined>;
  readonly onChange: () => void;
};

export class MissingFiles {
  readonly #options: MissingFilesOptions;
  #warnings: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: MissingFilesOptions) {
    this.#options = options;
  }

  /** Sentences for the owner. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  start(): void {
    this.#timer = setInterval(() => void this.check(), lookEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async check(): Promise<void> {
    const { hosted, missingFile, onChange } = this.#options;
    const found = await Promise.all(
      hosted().map(async ({ manifestId, model, ...layers }) => {
        const path = await missingFile(manifestId, layers);
        return path === undefined ? [] : [modelFileWords.missing(path, model)];
      }),
    );
    const warnings = [...new Set(found.flat())];
    if (warnings.join('\n') !== this.#warnings.join('\n')) {
      this.#warnings = warnings;
      onChange();
    }
  }
}

/** The owner's models: imports and removes them, and imports those that come with the app. */
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { Log } from '../base/log.ts';
import type { Imported, LibraryModel, ModelLibrary } from '../models/library.ts';
import { ModelTrial } from '../models/model-trial.ts';

/** Least time between progress events, in milliseconds. */
const progressEveryMs = 200;

export type ImportListener = (path: string, doneBytes: number, totalBytes: number) => void;

export class OwnModels {
  readonly #library: ModelLibrary;
  readonly #log: Log;
  readonly #trial = new ModelTrial();
  #bundled: readonly string[] = [];

  constructor(library: ModelLibrary, log: Log) {
    this.#library = library;
    this.#log = log;
  }

  /** Ids of the models that come with the app. */
  get bundled(): readonly string[] {
    return this.#bundled;
  }

  /**
   * Imports the models that come with the app and cannot be removed. They are trusted, so none gets a trial. One that cannot be
   * used must not keep the node from starting.
   */
  async importBundled(paths: readonly string[]): Promise<void> {
    const ids: string[] = [];
    for (const path of paths) {
      try {
        ids.push((await this.#library.importModel(path)).manifestId);
      } catch (error) {
        const why = toAppError(error).message;
        this.#log('error', `A model that comes with the app cannot be used: ${why}`);
      }
    }
    this.#bundled = ids;
  }

  /**
   * Tries the model and imports it. `warnings` are sentences for the owner about its limits.
   * @throws AppError as ModelLibrary.importFile and ModelTrial.run; the model is not in the library then
   */
  async import(
    path: string,
    alias: string | undefined,
    onProgress: ImportListener,
  ): Promise<Imported & { readonly warnings: readonly string[] }> {
    let toldAt = Number.NEGATIVE_INFINITY;
    let warnings: readonly string[] = [];
    const imported = await this.#library.importFile(path, {
      alias,
      examine: async (file) => {
        warnings = await this.#trial.run(file);
      },
      onProgress: (doneBytes, totalBytes) => {
        const now = performance.now();
        if (now - toldAt >= progressEveryMs) {
          toldAt = now;
          onProgress(path, doneBytes, totalBytes);
        }
      },
    });
    return { ...imported, warnings };
  }

  /** Ends the trials of imports under way, which have processes. */
  async stop(): Promise<void> {
    await this.#trial.stop();
  }

  /**
   * Removes a model from the library and deletes its shards, cut or fetched. A file that was imported stays.
   * @param release drops the model's placed shards; returns false when the settings want it hosted
   * @throws AppError `model-not-found`, `request-invalid` for a model that is hosted or comes with the app
   */
  async remove(name: string, release: (manifestId: string) => boolean): Promise<LibraryModel> {
    const model = this.#library.find(name);
    const { manifestId, summary } = model;
    if (this.#bundled.includes(manifestId)) {
      throw new AppError(
        'request-invalid',
        `${summary.name} comes with the app and cannot be removed.`,
      );
    }
    if (!release(manifestId)) {
      throw new AppError(
        'request-invalid',
        `This machine hosts ${summary.name}. Stop hosting it first, then remove it.`,
      );
    }
    await this.#library.remove(manifestId);
    return model;
  }
}

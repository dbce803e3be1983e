/** The models in the app's catalog and in pools: lists them, says which are here, and downloads their whole files. */
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogEntry } from '../../../src-shared/catalog.ts';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { Log } from '../base/log.ts';
import { type CatalogModel, isSignedByApp, type ListedModel, readCatalog } from './catalog.ts';
import type { LibraryModel, ModelLibrary } from '../models/library.ts';
import { SharedJobs } from '../base/shared-jobs.ts';
import { downloadFile } from '../transfer/file-download.ts';
import { downloadSuffix } from '../transfer/partial-file.ts';
import type { ModelBytes } from './model-bytes.ts';

/** The models of the catalog at `path`; none, with a warning, when it cannot be used. */
export async function loadCatalog(
  path: string | undefined,
  log: Log,
): Promise<readonly CatalogModel[]> {
  if (path === undefined) {
    return [];
  }
  try {
    return readCatalog(await readFile(path, 'utf8'), isSignedByApp).models;
  } catch (error) {
    log('warn', `The list of models to download cannot be used: ${toAppError(error).message}`);
    return [];
  }
}

type CatalogModelsOptions = {
  /** The models that are listed now. */
  readonly models: () => readonly ListedModel[];
  readonly library: ModelLibrary;
  readonly bytes: Pick<ModelBytes, 'download' | 'makeRoom' | 'tell'>;
};

export class CatalogModels {
  readonly #options: CatalogModelsOptions;
  readonly #jobs = new SharedJobs<LibraryModel>();
  readonly #downloading = new Set<string>();

  constructor(options: CatalogModelsOptions) {
    this.#options = options;
  }

  entries(): CatalogEntry[] {
    return this.#options.models().map((model) => {
      const { id, name, parameters, quantisation, licence, page, sizeBytes, pool } = model;
      const here = this.#here(model);
      return {
        id,
        name,
        parameters,
        quantisation,
        licence,
        page,
        sizeBytes,
        isHere: here !== undefined,
        ...(pool === undefined ? {} : { pool }),
        ...(here === undefined ? {} : { manifestId: here.manifestId }),
      };
    });
  }

  /** Finds a model by its id, or by its name in any spelling of case and spaces. */
  find(name: string): ListedModel | undefined {
    const wanted = name.toLowerCase();
    const models = this.#options.models();
    return (
      models.find(({ id }) => id === wanted) ??
      models.find((model) => model.name.toLowerCase() === wanted)
    );
  }

  /** The web addresses of the model's file. */
  addressesOf(manifestId: string): readonly string[] {
    return this.#options
      .models()
      .filter((model) => model.manifestId === manifestId)
      .flatMap(({ urls }) => urls);
  }

  /**
   * Downloads the model's file, unless it is here, and imports it; callers that ask meanwhile share the download.
   * @throws AppError as `downloadFile` for the last of its addresses, and as ModelLibrary.importModel
   */
  async download(model: ListedModel): Promise<LibraryModel> {
    return (
      this.#here(model) ??
      (await this.#jobs.run(keyOf(model), undefined, (s) => this.#get(model, s)))
    );
  }

  /** Ends the download and deletes its partial file. Returns whether there was a download. */
  async cancel(model: ListedModel): Promise<boolean> {
    if (!this.#downloading.has(model.id)) {
      return false;
    }
    const reason = new AppError('cancelled', `The download of ${model.name} was cancelled.`);
    await this.#jobs.abort(keyOf(model), reason);
    await rm(`${this.#pathOf(model)}${downloadSuffix}`, { force: true });
    return true;
  }

  /** Ends all downloads; partial files stay for the next time. */
  async stop(): Promise<void> {
    await this.#jobs.abort('', new AppError('cancelled', 'The download was stopped.'));
  }

  async #get(model: ListedModel, signal: AbortSignal): Promise<LibraryModel> {
    const { library, bytes } = this.#options;
    const path = this.#pathOf(model);
    const status = { model: model.name, manifestId: null, layers: null, sources: 1 };
    const tell = (doneBytes: number): void =>
      bytes.tell(model.id, { ...status, doneBytes, totalBytes: model.sizeBytes });
    this.#downloading.add(model.id);
    try {
      await mkdir(library.filesFolder, { recursive: true });
      if ((await sizeOf(path)) !== model.sizeBytes) {
        await bytes.makeRoom(model.sizeBytes - (await sizeOf(`${path}${downloadSuffix}`)));
        tell(0);
        await this.#fetch(model, path, signal, tell);
      }
      const imported = await library.importModel(path, { signal });
      await library.share(
        imported.manifestId,
        model.pool === undefined ? 'everybody' : [model.pool.id],
      );
      return imported;
    } finally {
      this.#downloading.delete(model.id);
      bytes.tell(model.id, undefined);
    }
  }

  async #fetch(
    { name, urls, sizeBytes, sha256 }: ListedModel,
    path: string,
    signal: AbortSignal,
    onProgress: (doneBytes: number) => void,
  ): Promise<void> {
    const { download } = this.#options.bytes;
    if (sha256 === null) {
      throw new AppError(
        'model-not-found',
        `No peer in reach has ${name}, and no address on the web is known for it. Try again when the member that offers it is there.`,
      );
    }
    let failure: unknown;
    for (const url of urls) {
      try {
        await downloadFile({ url, sizeBytes, sha256, path, download, signal, onProgress });
        return;
      } catch (error) {
        signal.throwIfAborted();
        failure = error;
      }
    }
    throw failure;
  }

  /** The model in the library: found by its file's hash or, without a web address, by its manifest. */
  #here(model: ListedModel): LibraryModel | undefined {
    const path = this.#pathOf(model);
    const isIt = (each: LibraryModel): boolean =>
      model.sha256 === null ? each.manifestId === model.manifestId : each.path === path;
    return this.#options.library.list().find(isIt);
  }

  #pathOf({ id, sha256 }: ListedModel): string {
    return join(this.#options.library.filesFolder, `${id}-${sha256?.slice(0, 8)}.gguf`);
  }
}

function keyOf({ id }: ListedModel): string {
  return `${id} `;
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

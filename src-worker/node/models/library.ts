/**
 * The models that this node knows from files on its own machine. A model's file stays where its owner keeps it
 * and is never copied; the library remembers what is in it, and keeps what was cut from it.
 *
 *   <folder>/<manifest id>.json            one model
 *   <folder>/shards/<manifest id>/…        shards and header, see shard-cache.ts
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange, ModelSummary } from '../../../src-shared/model.ts';
import { partialSuffix } from '../../gguf/atomic-file.ts';
import {
  aliasSchema,
  entryPath,
  entrySuffix,
  type LibraryEntry,
  readEntry,
  writeEntry,
} from './library-entry.ts';
import { makeManifest, type ReadingOptions } from './make-manifest.ts';
import { type Manifest, manifestId, toModelSummary } from './manifest.ts';
import { ShardCache } from './shard-cache.ts';
import { checkUnchanged, isSameFile, lookAt, withSource } from './source-file.ts';

export type LibraryModel = {
  readonly manifestId: string;
  readonly alias: string | null;
  /** The GGUF file. */
  readonly path: string;
  readonly summary: ModelSummary;
  readonly manifest: Manifest;
};

export type LibraryOptions = {
  /** Created when it is not there. */
  readonly folder: string;
  /** A sentence about an entry that was skipped. */
  readonly onWarning: (message: string) => void;
};

/** A model with what only the library needs of it. The public part is made once: its id is a hash. */
type Kept = { readonly entry: LibraryEntry; readonly model: LibraryModel };

/** What a damaged entry is renamed to, so that nothing is lost and nothing is read twice. */
const asideSuffix = '.damaged';

export class ModelLibrary {
  readonly #folder: string;
  readonly #cache: ShardCache;
  /** By manifest id. */
  readonly #kept: Map<string, Kept>;

  private constructor(folder: string, cache: ShardCache, kept: Map<string, Kept>) {
    this.#folder = folder;
    this.#cache = cache;
    this.#kept = kept;
  }

  /**
   * Reads the library. Entries that cannot be read are put aside with a warning; what an earlier process left
   * half-written is deleted.
   * @throws AppError `data-folder-unusable`
   */
  static async open({ folder, onWarning }: LibraryOptions): Promise<ModelLibrary> {
    const cacheFolder = join(folder, 'shards');
    try {
      await mkdir(cacheFolder, { recursive: true });
      const names = await readdir(folder, { recursive: true });
      await Promise.all(
        names
          .filter((name) => name.endsWith(partialSuffix))
          .map((name) => rm(join(folder, name), { force: true })),
      );
      const kept = new Map<string, Kept>();
      for (const name of names.filter((name) => /^[0-9a-f]{64}\.json$/.test(name)).toSorted()) {
        const entry = await readOrPutAside(join(folder, name), onWarning);
        if (entry !== undefined) {
          kept.set(name.slice(0, -entrySuffix.length), toKept(entry));
        }
      }
      return new ModelLibrary(folder, new ShardCache(cacheFolder), kept);
    } catch (error) {
      throw unusable(folder, error);
    }
  }

  list(): LibraryModel[] {
    return [...this.#kept.values()].map(({ model }) => model);
  }

  /**
   * Makes the GGUF file at `path` known: reads it once, in full, unless the same file was imported before.
   * A model that is known already moves to `path`; its alias stays unless another is given.
   * @throws AppError `model-not-found` when there is no such file, `gguf-invalid`, `gguf-unsupported`,
   * `model-changed` when it changes meanwhile, `request-invalid` for an alias that is no good or another
   * model's; the signal's reason
   */
  async importModel(
    path: string,
    options: ReadingOptions & { readonly alias?: string | undefined } = {},
  ): Promise<LibraryModel> {
    const source = await lookAt(resolve(path));
    const known = [...this.#kept.values()].find(({ entry }) => isSameFile(entry.source, source));
    const manifest =
      known?.entry.manifest ?? (await withSource(source, (file) => makeManifest(file, options)));
    const id = known?.model.manifestId ?? manifestId(manifest);

    // Only now: another import may have taken the alias, or brought the same model, meanwhile.
    const before = this.#kept.get(id);
    const alias = this.#freeAlias(options.alias, id) ?? before?.model.alias ?? null;
    const after = toKept({ format: 1, alias, source, manifest });
    this.#kept.set(id, after);
    try {
      await writeEntry(this.#folder, id, after.entry);
    } catch (error) {
      this.#restore(id, before);
      throw unusable(this.#folder, error);
    }
    return after.model;
  }

  /** Forgets a model and deletes what was cut from it; the model's own file stays. */
  async remove(id: string): Promise<LibraryModel> {
    const { model } = this.#get(id);
    this.#kept.delete(id);
    try {
      await rm(entryPath(this.#folder, id), { force: true });
      await this.#cache.remove(id);
    } catch (error) {
      throw unusable(this.#folder, error);
    }
    return model;
  }

  /**
   * The model meant by an alias, an id, at least 8 digits of one, or a name, in this order.
   * @throws AppError `model-not-found` when there is none, or when several are meant
   */
  find(nameOrId: string): LibraryModel {
    const models = this.list();
    const isIdPart = /^[0-9a-f]{8,64}$/.test(nameOrId);
    const meanings = [
      models.filter((model) => model.alias === nameOrId),
      models.filter((model) => isIdPart && model.manifestId.startsWith(nameOrId)),
      models.filter((model) => model.summary.name === nameOrId),
    ];
    const [model, other] = meanings.find((meant) => meant.length > 0) ?? [];
    if (model === undefined) {
      throw new AppError('model-not-found', `No model in the library is called '${nameOrId}'.`);
    }
    if (other !== undefined) {
      throw new AppError(
        'model-not-found',
        `Several models are called '${nameOrId}'. Give the first digits of its id, for example ${model.manifestId.slice(0, 12)}.`,
      );
    }
    return model;
  }

  /**
   * A file to load layers from: the model's own for all of them, else a shard, cut when first asked for.
   * @throws AppError `model-not-found`, `model-changed`, `gguf-unsupported` when this model cannot be cut,
   * `request-invalid` for layers it does not have, `data-folder-unusable`; the signal's reason
   */
  async shardPath(id: string, range: LayerRange, signal?: AbortSignal): Promise<string> {
    const { entry } = this.#get(id);
    if (range.firstLayer === 0 && range.lastLayer === entry.manifest.layers - 1) {
      await checkUnchanged(entry.source);
      return entry.source.path;
    }
    return await this.#cache.shard(id, entry, range, signal);
  }

  /** A file with the model's metadata and no tensors, for its tokenizer. Errors as `shardPath`. */
  async headerPath(id: string): Promise<string> {
    return await this.#cache.header(id, this.#get(id).entry);
  }

  #get(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) {
      throw new AppError('model-not-found', `The library has no model with the id ${id}.`);
    }
    return kept;
  }

  #restore(id: string, before: Kept | undefined): void {
    if (before === undefined) {
      this.#kept.delete(id);
    } else {
      this.#kept.set(id, before);
    }
  }

  #freeAlias(wanted: string | undefined, id: string): string | undefined {
    if (wanted === undefined) {
      return undefined;
    }
    const alias = aliasSchema.safeParse(wanted);
    if (!alias.success) {
      const [issue] = alias.error.issues;
      throw new AppError('request-invalid', `The alias cannot be used: ${issue?.message}.`);
    }
    const owner = this.list().find((model) => model.alias === alias.data);
    if (owner !== undefined && owner.manifestId !== id) {
      throw new AppError(
        'request-invalid',
        `The alias '${alias.data}' already belongs to ${owner.summary.name} (${owner.manifestId.slice(0, 12)}).`,
      );
    }
    return alias.data;
  }
}

async function readOrPutAside(
  path: string,
  onWarning: (message: string) => void,
): Promise<LibraryEntry | undefined> {
  try {
    return await readEntry(path);
  } catch (error) {
    await rename(path, `${path}${asideSuffix}`);
    const why = error instanceof Error ? error.message : String(error);
    onWarning(
      `The library entry ${path} is damaged and was put aside as ${asideSuffix} (${why}). Import its model again.`,
    );
    return undefined;
  }
}

function toKept(entry: LibraryEntry): Kept {
  const summary = toModelSummary(entry.manifest);
  const model = {
    manifestId: summary.manifestId,
    alias: entry.alias,
    path: entry.source.path,
    summary,
    manifest: entry.manifest,
  };
  return { entry, model };
}

function unusable(folder: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'data-folder-unusable',
    `The model library in ${folder} cannot be used (${why}).`,
    { cause },
  );
}

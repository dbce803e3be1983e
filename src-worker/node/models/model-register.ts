/**
 * The list of the library's models: one JSON file for each, found by alias, id or name. Shards and model files are the
 * concern of library.ts.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import { fileProblem } from '../../../src-shared/files/file-problem.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import { distinctNames, modelsNamed } from '../../../src-shared/model-names.ts';
import {
  aliasSchema,
  entryPath,
  entrySuffix,
  type LibraryEntry,
  mostOthers,
  readEntry,
  writeEntry,
} from './library-entry.ts';
import { type Audience, noPeers } from './audience.ts';
import { type Manifest, toModelSummary } from '../manifests/manifest.ts';
import { isSameFile, type SourceFile } from './source-file.ts';

export type LibraryModel = {
  readonly manifestId: string;
  readonly alias: string | null;
  readonly otherAliases: readonly string[];
  /** Ids of models that this one replaced, because their file has its content now. */
  readonly replaces: readonly string[];
  /** The GGUF file; null when only some layers are here, or none. */
  readonly path: string | null;
  readonly summary: ModelSummary;
  readonly manifest: Manifest;
  /** Peers that may have the model even where it is not hosted. */
  readonly audience: Audience;
};

/** A model with its stored entry. `model` is made once per entry, because computing its id takes a hash. */
export type Registered = { readonly entry: LibraryEntry; readonly model: LibraryModel };

/** The suffix that a damaged entry gets: it is not deleted, and not read again at the next start. */
const asideSuffix = '.damaged';

export class ModelRegister {
  readonly #folder: string;
  /** The models by manifest id. */
  readonly #models: Map<string, Registered>;

  private constructor(folder: string, registered: Map<string, Registered>) {
    this.#folder = folder;
    this.#models = registered;
  }

  /** Reads the entries in a folder. Entries that cannot be read are put aside with a warning. */
  static async open(folder: string, onWarning: (message: string) => void): Promise<ModelRegister> {
    const names = await readdir(folder);
    const registered = new Map<string, Registered>();
    for (const name of names.filter((each) => /^[0-9a-f]{64}\.json$/.test(each)).toSorted()) {
      const entry = await readOrPutAside(join(folder, name), onWarning);
      if (entry !== undefined) {
        registered.set(name.slice(0, -entrySuffix.length), toRegistered(entry));
      }
    }
    return new ModelRegister(folder, registered);
  }

  list(): LibraryModel[] {
    return [...this.#models.values()].map(({ model }) => model);
  }

  entry(id: string): LibraryEntry | undefined {
    return this.#models.get(id)?.entry;
  }

  /** The model that was imported from this file with this size and date. */
  ofFile(source: SourceFile): Registered | undefined {
    return [...this.#models.values()].find(({ entry }) =>
      sourcesOf(entry).some((each) => isSameFile(each, source)),
    );
  }

  /** The model that was imported from a file at this path, even if the file has changed since. */
  ofPath(path: string): Registered | undefined {
    return [...this.#models.values()].find(({ entry }) =>
      sourcesOf(entry).some((each) => each.path === path),
    );
  }

  /** The model that replaced the model with this id. */
  replacementOf(id: string): LibraryModel | undefined {
    return this.list().find(({ replaces }) => replaces.includes(id));
  }

  /**
   * The model that a name means, as `modelsNamed` finds it.
   * @throws AppError `model-not-found` when the name means no model or several
   */
  find(nameOrId: string): LibraryModel {
    const named = this.list().map((model) => ({ ...model.summary, ...model, model }));
    const meant = modelsNamed(nameOrId, named);
    const [model, other] = meant.map((each) => each.model);
    if (model === undefined) {
      throw new AppError('model-not-found', `No model in the library is called '${nameOrId}'.`);
    }
    if (other !== undefined) {
      throw new AppError(
        'model-not-found',
        `Several models are called '${nameOrId}'. Give one of: ${distinctNames(meant)}.`,
      );
    }
    return model;
  }

  /** Removes a model. @throws AppError `model-not-found`, `data-folder-unusable` */
  async remove(id: string): Promise<Registered> {
    const registered = this.get(id);
    this.#models.delete(id);
    try {
      await rm(entryPath(this.#folder, id), { force: true });
    } catch (error) {
      throw libraryUnusable(this.#folder, error);
    }
    return registered;
  }

  /** @throws AppError `model-not-found` */
  get(id: string): Registered {
    const registered = this.#models.get(id);
    if (registered === undefined) {
      throw new AppError('model-not-found', `The library has no model with the id ${id}.`);
    }
    return registered;
  }

  /**
   * Adds a model, or updates a known one, which keeps all its names. The alias is checked here and not earlier, because
   * another import may have taken it, or added the same model, meanwhile.
   * @param sources all files that have the model's content now, in order of preference
   * @param replaced a model whose only file has this content now: it is removed, and its names are taken over
   * @throws AppError `request-invalid` for an alias that is not valid or belongs to another model, `data-folder-unusable`
   */
  async keep(
    id: string,
    sources: readonly SourceFile[],
    manifest: Manifest,
    desiredAlias: string | undefined,
    replaced?: Registered,
  ): Promise<LibraryModel> {
    const before = this.#models.get(id);
    const audience = before?.entry.audience ?? noPeers;
    const given = this.#freeAlias(desiredAlias, [id, replaced?.model.manifestId]);
    const aliases = distinct([
      ...aliasesOf(before?.entry),
      ...aliasesOf(replaced?.entry),
      ...(given === undefined ? [] : [given]),
    ]);
    if (given !== undefined && aliases.indexOf(given) > mostOthers) {
      throw new AppError(
        'request-invalid',
        `${manifest.name} has ${mostOthers + 1} names, and cannot have more.`,
      );
    }
    const [alias = null, ...otherAliases] = aliases;
    const [source = null, ...copies] = sources;
    const replaces = distinct([
      ...(replaced === undefined ? [] : [replaced.model.manifestId, ...replaced.entry.replaces]),
      ...(before?.entry.replaces ?? []),
    ]).filter((each) => each !== id);
    const after = toRegistered({
      format: 1,
      alias,
      otherAliases: otherAliases.slice(0, mostOthers),
      source,
      copies: copies.slice(0, mostOthers),
      replaces: replaces.slice(0, mostOthers),
      manifest,
      audience,
    });
    await this.#write(id, before, after);
    if (replaced !== undefined) {
      await this.remove(replaced.model.manifestId);
    }
    return after.model;
  }

  /** Removes a path from a model's files. @throws AppError `data-folder-unusable` */
  async forgetFile(id: string, path: string): Promise<void> {
    const before = this.get(id);
    const [source = null, ...copies] = sourcesOf(before.entry).filter((each) => each.path !== path);
    await this.#write(id, before, toRegistered({ ...before.entry, source, copies }));
  }

  async #write(id: string, before: Registered | undefined, after: Registered): Promise<void> {
    this.#models.set(id, after);
    try {
      await writeEntry(this.#folder, id, after.entry);
    } catch (error) {
      this.#restore(id, before);
      throw libraryUnusable(this.#folder, error);
    }
  }

  /** Replaces the peers that may have a model. @throws AppError `model-not-found`, `data-folder-unusable` */
  async share(id: string, audience: Audience): Promise<void> {
    const before = this.get(id);
    await this.#write(id, before, toRegistered({ ...before.entry, audience }));
  }

  #restore(id: string, before: Registered | undefined): void {
    if (before === undefined) {
      this.#models.delete(id);
    } else {
      this.#models.set(id, before);
    }
  }

  /** The alias, if it is valid and free. @param owners ids of models that may have the alias already */
  #freeAlias(
    desired: string | undefined,
    owners: readonly (string | undefined)[],
  ): string | undefined {
    if (desired === undefined) {
      return undefined;
    }
    const alias = aliasSchema.safeParse(desired);
    if (!alias.success) {
      const [issue] = alias.error.issues;
      throw new AppError('request-invalid', `The alias cannot be used: ${issue?.message}.`);
    }
    const owner = [...this.#models.values()].find(({ entry }) =>
      aliasesOf(entry).includes(alias.data),
    )?.model;
    if (owner !== undefined && !owners.includes(owner.manifestId)) {
      throw new AppError(
        'request-invalid',
        `The alias '${alias.data}' already belongs to ${owner.summary.name} (${owner.manifestId.slice(0, 12)}). Give another one, or remove that model first.`,
      );
    }
    return alias.data;
  }
}

/** The files that have a model's content, in order of preference. */
export function sourcesOf({ source, copies }: LibraryEntry): SourceFile[] {
  return source === null ? [] : [source, ...copies];
}

function aliasesOf(entry: LibraryEntry | undefined): string[] {
  return entry === undefined || entry.alias === null ? [] : [entry.alias, ...entry.otherAliases];
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}

async function readOrPutAside(
  path: string,
  onWarning: (message: string) => void,
): Promise<LibraryEntry | undefined> {
  try {
    return await readEntry(path);
  } catch (error) {
    await rename(path, `${path}${asideSuffix}`);
    const why = fileProblem(error);
    onWarning(
      `The library entry ${path} is damaged and was put aside as ${asideSuffix} (${why}). Import its model again.`,
    );
    return undefined;
  }
}

function toRegistered(entry: LibraryEntry): Registered {
  const summary = toModelSummary(entry.manifest);
  const model = {
    manifestId: summary.manifestId,
    alias: entry.alias,
    otherAliases: entry.otherAliases,
    replaces: entry.replaces,
    path: entry.source?.path ?? null,
    summary,
    manifest: entry.manifest,
    audience: entry.audience,
  };
  return { entry, model };
}

/** The error for a library folder that cannot be read or written. */
export function libraryUnusable(folder: string, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return new AppError(
    'data-folder-unusable',
    code === 'ENOSPC' || code === 'EDQUOT'
      ? `The disk of ${folder} is full. Free some space, then try again.`
      : `The model library in ${folder} cannot be used: ${fileProblem(cause)}.`,
    { cause },
  );
}

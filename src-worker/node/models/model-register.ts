/**
 * Which models the library has: one file of JSON each, found by alias, id or name. What lies in their shards and files is
 * library.ts' own.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import {
  aliasSchema,
  entryPath,
  entrySuffix,
  type LibraryEntry,
  readEntry,
  writeEntry,
} from './library-entry.ts';
import { type Audience, nobody } from './audience.ts';
import { type Manifest, toModelSummary } from './manifest.ts';
import { isSameFile, type SourceFile } from './source-file.ts';

export type LibraryModel = {
  readonly manifestId: string;
  readonly alias: string | null;
  /** The GGUF file; null when only some layers are here, or none. */
  readonly path: string | null;
  readonly summary: ModelSummary;
  readonly manifest: Manifest;
  /** Peers that may have it though it is not hosted. */
  readonly audience: Audience;
};

/** A model with what only the library needs of it. The public part is made once: its id is a hash. */
export type Kept = { readonly entry: LibraryEntry; readonly model: LibraryModel };

/** What a damaged entry is renamed to, so that nothing is lost and nothing is read twice. */
const asideSuffix = '.damaged';

export class ModelRegister {
  readonly #folder: string;
  /** By manifest id. */
  readonly #kept: Map<string, Kept>;

  private constructor(folder: string, kept: Map<string, Kept>) {
    this.#folder = folder;
    this.#kept = kept;
  }

  /** Reads the entries in a folder. Those that cannot be read are put aside with a warning. */
  static async open(folder: string, onWarning: (message: string) => void): Promise<ModelRegister> {
    const names = await readdir(folder);
    const kept = new Map<string, Kept>();
    for (const name of names.filter((each) => /^[0-9a-f]{64}\.json$/.test(each)).toSorted()) {
      const entry = await readOrPutAside(join(folder, name), onWarning);
      if (entry !== undefined) {
        kept.set(name.slice(0, -entrySuffix.length), toKept(entry));
      }
    }
    return new ModelRegister(folder, kept);
  }

  list(): LibraryModel[] {
    return [...this.#kept.values()].map(({ model }) => model);
  }

  entry(id: string): LibraryEntry | undefined {
    return this.#kept.get(id)?.entry;
  }

  /** The model that was imported from this very file. */
  ofFile(source: SourceFile): Kept | undefined {
    return [...this.#kept.values()].find(
      ({ entry }) => entry.source !== null && isSameFile(entry.source, source),
    );
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

  /** Forgets a model. @throws AppError `model-not-found`, `data-folder-unusable` */
  async remove(id: string): Promise<Kept> {
    const kept = this.get(id);
    this.#kept.delete(id);
    try {
      await rm(entryPath(this.#folder, id), { force: true });
    } catch (error) {
      throw libraryUnusable(this.#folder, error);
    }
    return kept;
  }

  /** @throws AppError `model-not-found` */
  get(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) {
      throw new AppError('model-not-found', `The library has no model with the id ${id}.`);
    }
    return kept;
  }

  /**
   * Adds a model, or replaces what was known of it. Only here the alias is looked at: another import may have taken it,
   * or brought the same model, meanwhile.
   * @throws AppError `request-invalid` for an alias that is no good or another model's, `data-folder-unusable`
   */
  async keep(
    id: string,
    source: SourceFile | null,
    manifest: Manifest,
    wishedAlias: string | undefined,
  ): Promise<LibraryModel> {
    const before = this.#kept.get(id);
    const alias = this.#freeAlias(wishedAlias, id) ?? before?.model.alias ?? null;
    const audience = before?.entry.audience ?? nobody;
    const after = toKept({ format: 1, alias, source, manifest, audience });
    this.#kept.set(id, after);
    try {
      await writeEntry(this.#folder, id, after.entry);
    } catch (error) {
      this.#restore(id, before);
      throw libraryUnusable(this.#folder, error);
    }
    return after.model;
  }

  /** Replaces the peers that may have a model. @throws AppError `model-not-found`, `data-folder-unusable` */
  async share(id: string, audience: Audience): Promise<void> {
    const before = this.get(id);
    const after = toKept({ ...before.entry, audience });
    this.#kept.set(id, after);
    try {
      await writeEntry(this.#folder, id, after.entry);
    } catch (error) {
      this.#restore(id, before);
      throw libraryUnusable(this.#folder, error);
    }
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
    path: entry.source?.path ?? null,
    summary,
    manifest: entry.manifest,
    audience: entry.audience,
  };
  return { entry, model };
}

/** The folder cannot be read or written. */
export function libraryUnusable(folder: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'data-folder-unusable',
    `The model library in ${folder} cannot be used (${why}).`,
    { cause },
  );
}

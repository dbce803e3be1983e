/** One model of the library as it is stored on disk: `<manifest id>.json`, written whole or not at all. */
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { manifestIdSchema } from '../../../src-shared/model.ts';
import { writeAtomically } from '../../../src-shared/files/atomic-file.ts';
import { audienceSchema, nobody } from './audience.ts';
import { manifestId, manifestSchema } from '../manifests/manifest.ts';
import { sourceFileSchema } from './source-file.ts';
import { problemWords } from '../../../src-shared/words/problems.ts';

/** A manifest of the most tensors there can be takes about 20 MB. */
const largestEntryBytes = 32 * 1024 * 1024;

/** Names and aliases stand in commands, API requests and lists: one printable line. */
export const aliasSchema = z
  .string()
  .min(1, 'An alias has at least one character')
  .max(100, 'An alias has at most 100 characters')
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'An alias is one line of printable characters')
  .refine((alias) => alias === alias.trim(), 'An alias neither begins nor ends with a space');

/** Most names, and most files, that one model has beside the first. */
export const mostOthers = 16;

const libraryEntrySchema = z.object({
  format: z.literal(1),
  alias: aliasSchema.nullable(),
  /** Further names that its owner gave it. */
  otherAliases: z.array(aliasSchema).max(mostOthers).default([]),
  /** The model's GGUF file on this machine; null: its layers come from elsewhere as they are needed. */
  source: sourceFileSchema.nullable(),
  /** Files with the same content, for when `source` is gone or has changed. */
  copies: z.array(sourceFileSchema).max(mostOthers).default([]),
  /** Ids of models whose file now has this content: a setting that names one of them means this model. */
  replaces: z.array(manifestIdSchema).max(mostOthers).default([]),
  manifest: manifestSchema,
  /** Peers that may have the model though it is not hosted; entries of earlier versions are for no peer. */
  audience: audienceSchema.default(nobody),
});

export type LibraryEntry = z.infer<typeof libraryEntrySchema>;

export const entrySuffix = '.json';

export function entryPath(folder: string, id: string): string {
  return join(folder, `${id}${entrySuffix}`);
}

export async function writeEntry(folder: string, id: string, entry: LibraryEntry): Promise<void> {
  await writeAtomically(entryPath(folder, id), async (handle) => {
    await handle.writeFile(JSON.stringify(entry));
  });
}

/** Throws an Error that says what is wrong when the file is not a whole, sound entry under its own id. */
export async function readEntry(path: string): Promise<LibraryEntry> {
  const { size } = await stat(path);
  if (size > largestEntryBytes) {
    throw new Error(`it has ${size} bytes`);
  }
  const { data: entry, error } = libraryEntrySchema.safeParse(
    parseJson(await readFile(path, 'utf8')),
  );
  if (entry === undefined) {
    throw new Error(problemWords(error));
  }
  if (manifestId(entry.manifest) !== basename(path, entrySuffix)) {
    throw new Error('its content does not match its name');
  }
  return entry;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error('it is no JSON', { cause: error });
  }
}

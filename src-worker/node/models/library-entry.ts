/** The file of one model of the library: `<manifest id>.json`, written atomically. */
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { manifestIdSchema } from '../../../src-shared/model.ts';
import { writeAtomically } from '../../../src-shared/files/atomic-file.ts';
import { audienceSchema, noPeers } from './audience.ts';
import { manifestId, manifestSchema } from '../manifests/manifest.ts';
import { sourceFileSchema } from './source-file.ts';
import { problemWords } from '../../../src-shared/words/problems.ts';

/** Longest file, in bytes. The manifest with the most allowed tensors takes about 20 MB. */
const largestEntryBytes = 32 * 1024 * 1024;

/** An alias is one printable line, because commands, API requests and lists contain it. */
export const aliasSchema = z
  .string()
  .min(1, 'An alias has at least one character')
  .max(100, 'An alias has at most 100 characters')
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'An alias is one line of printable characters')
  .refine((alias) => alias === alias.trim(), 'An alias neither begins nor ends with a space');

/** Most further names, and most further files, of one model. */
export const mostOthers = 16;

const libraryEntrySchema = z.object({
  format: z.literal(1),
  alias: aliasSchema.nullable(),
  /** Further names that the owner gave the model. */
  otherAliases: z.array(aliasSchema).max(mostOthers).default([]),
  /** The model's GGUF file on this machine; null: its layers are fetched when they are needed. */
  source: sourceFileSchema.nullable(),
  /** Files with the same content, used when `source` is missing or has changed. */
  copies: z.array(sourceFileSchema).max(mostOthers).default([]),
  /** Ids of models that were replaced by this one, because their file has this content now. Settings that name them mean this model. */
  replaces: z.array(manifestIdSchema).max(mostOthers).default([]),
  manifest: manifestSchema,
  /** Peers that may have the model even where it is not hosted; no peer in entries of earlier versions. */
  audience: audienceSchema.default(noPeers),
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

/** Reads an entry. Throws an Error with the reason when the file is incomplete or invalid, or its name is not its id. */
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

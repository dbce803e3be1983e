/** Stores the placed shards, so that after a restart the node hosts the same layers again, whose bytes it has. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { layerRangeSchema, manifestIdSchema } from '../../../src-shared/model.ts';
import { writeAtomically } from '../../../src-shared/files/atomic-file.ts';
import type { Placed } from '../placement/placement-question.ts';

const placedSchema = z
  .array(layerRangeSchema.and(z.object({ manifestId: manifestIdSchema })))
  .max(64);

/** The stored shards; none where the file is missing or cannot be read, so that placement begins anew. */
export async function readPlaced(dataFolder: string): Promise<Placed[]> {
  try {
    return placedSchema.parse(JSON.parse(await readFile(pathIn(dataFolder), 'utf8')));
  } catch {
    return [];
  }
}

export async function writePlaced(dataFolder: string, placed: readonly Placed[]): Promise<void> {
  await writeAtomically(pathIn(dataFolder), (handle) => handle.writeFile(JSON.stringify(placed)));
}

function pathIn(dataFolder: string): string {
  return join(dataFolder, 'placed.json');
}

/** What was placed here before a restart, so that a node takes up the same layers again, whose bytes it has. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { layerRangeSchema, manifestIdSchema } from '../../../src-shared/model.ts';
import { writeAtomically } from '../../../src-shared/files/atomic-file.ts';
import type { Placed } from '../placement/placement-question.ts';

const placedSchema = z
  .array(layerRangeSchema.and(z.object({ manifestId: manifestIdSchema })))
  .max(64);

/** None where there is no such file, or it cannot be read: placement begins anew then. */
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

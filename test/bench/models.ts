/** Random-weight models for benchmarks, made once and stored outside the repository. */
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type RandomModelOptions, writeRandomModel } from '../support/engine/random-model.ts';
import { say } from './report.ts';

export const benchCache =
  process.env['MINDMESH_BENCH_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mindmesh-bench');

/** Path of the model's GGUF. It is written at its first use, which takes seconds even for a gigabyte. */
export async function cachedModel(file: string, options: RandomModelOptions): Promise<string> {
  const path = join(benchCache, file);
  if (!existsSync(path)) {
    say(`Writing ${path} …`);
    await mkdir(benchCache, { recursive: true });
    await writeRandomModel(`${path}.partial`, options);
    await rename(`${path}.partial`, path);
  }
  return path;
}

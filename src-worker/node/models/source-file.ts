/** A model's GGUF file where its owner keeps it: opened in place, and refused when it is not the one imported. */
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import { type GgufFile, openGguf } from '../../gguf/read.ts';

export const sourceFileSchema = z.object({
  path: z.string().min(1),
  sizeBytes: z.int().min(1),
  /** As the file system tells it; any other value, earlier or later, means another file. */
  modifiedMs: z.number(),
});

export type SourceFile = z.infer<typeof sourceFileSchema>;

/** What the file at `path` is now. @throws AppError `model-not-found` when there is none to be read */
export async function inspect(path: string): Promise<SourceFile> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, sizeBytes: size, modifiedMs: mtimeMs };
  } catch (error) {
    throw unreadable(path, error);
  }
}

export function isSameFile(a: SourceFile, b: SourceFile): boolean {
  return a.path === b.path && a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs;
}

/** Those files that are still as they were, in their order. */
export async function unchangedOf(sources: readonly SourceFile[]): Promise<SourceFile[]> {
  const isUnchanged = await Promise.all(
    sources.map((source) =>
      inspect(source.path).then(
        (now) => isSameFile(now, source),
        () => false,
      ),
    ),
  );
  return sources.filter((_, index) => isUnchanged[index]);
}

/** @throws AppError `model-changed` when the file is gone or is not as it was */
export async function checkUnchanged(source: SourceFile): Promise<void> {
  const now = await inspect(source.path).catch((error: unknown) => {
    throw new AppError(
      'model-changed',
      `The model's file ${source.path} is no longer there. Put it back or import the model again.`,
      { cause: error },
    );
  });
  if (!isSameFile(now, source)) {
    throw new AppError(
      'model-changed',
      `The model's file ${source.path} has changed since it was imported. Import it again.`,
    );
  }
}

/**
 * Runs `use` with the open file, and checks before and after that it is the one that was read.
 * @throws AppError `model-changed`; `model-not-found` when it cannot be opened; what `openGguf` and `use` throw
 */
export async function withSource<Result>(
  source: SourceFile,
  use: (file: GgufFile) => Promise<Result>,
): Promise<Result> {
  await checkUnchanged(source);
  const file = await openSource(source.path);
  try {
    const result = await use(file);
    await checkUnchanged(source);
    return result;
  } finally {
    await file.close();
  }
}

async function openSource(path: string): Promise<GgufFile> {
  try {
    return await openGguf(path);
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError('model-not-found', `The file ${path} cannot be read (${why}).`, { cause });
}

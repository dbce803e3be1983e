/** A model's GGUF file where its owner keeps it: opened in place, and refused when it has changed since the import. */
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import { fileProblem } from '../../../src-shared/files/file-problem.ts';
import { type GgufFile, openGguf } from '../../gguf/read.ts';

export const sourceFileSchema = z.object({
  path: z.string().min(1),
  sizeBytes: z.int().min(1),
  /** The file system's time of modification; any other value, earlier or later, means another file. */
  modifiedMs: z.number(),
});

export type SourceFile = z.infer<typeof sourceFileSchema>;

/** Size and date of the file at `path` now. @throws AppError `model-not-found` when it cannot be read */
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

/** The files that have not changed, in their order. */
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

/** @throws AppError `model-changed` when the file is gone or has changed */
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
 * Calls `use` with the open file, and checks before and after that the file has not changed.
 * @throws AppError `model-changed`; `model-not-found` when it cannot be opened; errors of `openGguf` and `use`
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
  return new AppError('model-not-found', `${path} cannot be read: ${fileProblem(cause)}.`, {
    cause,
  });
}

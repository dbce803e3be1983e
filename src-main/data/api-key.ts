/** The key that programs on this machine show to the OpenAI-compatible endpoint. */
import { randomBytes } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors.ts';
import { privateMode, writeAtomically } from '../../src-shared/files/atomic-file.ts';
import { dataFolderErrors } from '../../src-shared/words/errors.ts';

/** The pattern lets owners set a key of their own, as long as it cannot be guessed. */
const keyPattern = /^[\w-]{20,200}$/;

/**
 * The key in the file at `path`; a missing file is created with a new key. Other users who could read the file no
 * longer can.
 *
 * @throws AppError `data-folder-unusable` when the file holds no usable key.
 */
export async function loadApiKey(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      const key = `mm-${randomBytes(32).toString('base64url')}`;
      await writeAtomically(path, (handle) => handle.writeFile(`${key}\n`), { mode: privateMode });
      return key;
    }
    throw error;
  }
  const key = text.trim();
  if (!keyPattern.test(key)) {
    throw new AppError('data-folder-unusable', dataFolderErrors.badApiKey(path));
  }
  await chmod(path, 0o600);
  return key;
}

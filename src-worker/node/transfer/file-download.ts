/**
 * Downloads a whole model file from the web, for a model that no peer of the mesh has yet. The catalog has only the hash of the
 * whole file, so parts cannot be verified: the bytes are written in order, continue after an interruption where they stopped,
 * and the file gets its name when the hash is right.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import { fileProblem } from '../../../src-shared/files/file-problem.ts';
import { HttpFile } from './http-file.ts';
import { downloadSuffix } from './partial-file.ts';
import type { TokenBucket } from '../base/token-bucket.ts';

const pieceBytes = 4 * 1024 * 1024;

/** Failures in a row after which the download fails; the partial file stays on the disk. */
const maxFailures = 5;

export type FileDownload = {
  readonly url: string;
  readonly sizeBytes: number;
  /** Hash of the whole file, in hexadecimal. */
  readonly sha256: string;
  readonly path: string;
  readonly download: TokenBucket;
  readonly signal: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
};

/**
 * @throws AppError `peer-failed` when the server fails again and again, `model-changed` when the file is not the
 * catalog's, `request-invalid` for an address that may not be used, `data-folder-unusable`; the signal's reason
 */
export async function downloadFile(wanted: FileDownload): Promise<void> {
  const { path, url, sizeBytes, sha256, signal } = wanted;
  const source = await HttpFile.open(url, signal);
  if (source.sizeBytes !== sizeBytes) {
    throw changed(url);
  }
  const partial = `${path}${downloadSuffix}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(partial, 'a+');
    try {
      await fill(handle, source, wanted);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if ((await hashOf(partial, signal)) !== sha256) {
      await rm(partial, { force: true });
      throw changed(url);
    }
    await rename(partial, path);
  } catch (error) {
    throw error instanceof Error && 'syscall' in error && !(error instanceof AppError)
      ? unwritable(path, error)
      : error;
  }
}

async function fill(handle: FileHandle, source: HttpFile, wanted: FileDownload): Promise<void> {
  const { sizeBytes, download, signal, onProgress } = wanted;
  let done = (await handle.stat()).size;
  let failures = 0;
  while (done < sizeBytes) {
    const length = Math.min(pieceBytes, sizeBytes - done);
    await download.take(length, signal);
    try {
      const piece = await source.read(done, length, signal);
      failures = 0;
      await handle.appendFile(piece);
      done += length;
      onProgress?.(done, sizeBytes);
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      if (
        !(error instanceof AppError && error.code === 'peer-failed') ||
        failures === maxFailures
      ) {
        throw error;
      }
    }
  }
  // The partial file may be longer, left by an earlier version of the file.
  await handle.truncate(sizeBytes);
}

async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { signal })) {
    hash.update(piece as Buffer);
  }
  return hash.digest('hex');
}

function changed(url: string): AppError {
  return new AppError(
    'model-changed',
    `The file at ${url} is not the one of the catalog. Nothing of it was kept.`,
  );
}

function unwritable(path: string, cause: Error): AppError {
  return new AppError(
    'data-folder-unusable',
    `${path} could not be written: ${fileProblem(cause)}. What was downloaded is kept. Free some space and try again.`,
    { cause },
  );
}

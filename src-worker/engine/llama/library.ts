/** Opens llama.cpp once per process: checks and loads the first libraries that find a suitable device. */
import { AppError } from '../../../src-shared/errors.ts';
import { expectedRelease } from '../../../src-shared/llama-release.ts';
import type { LoadResult } from '../../wire/engine-messages.ts';
import { type LibraryFolder, libraryFolders } from './backend.ts';
import { deviceTypes, type Llama, loadLlama } from './llama.ts';
import { LlamaLog } from './llama-log.ts';
import { log as writeLog } from '../log.ts';
import { checkLoadedRelease, checkReleaseOfFolder } from './release.ts';

export type Library = {
  readonly llama: Llama;
  readonly log: LlamaLog;
  readonly release: string;
  /** The device type that computes: the folder's GPU type when there is such a device, else the CPU. */
  readonly backend: LoadResult['backend'];
};

/** Opens the best library for this machine. @throws AppError `engine-release-mismatch` or `engine-load-failed` */
export async function openLibrary(backend: 'auto' | 'cpu'): Promise<Library> {
  return openFirstLibrary(await libraryFolders(backend), backend);
}

/**
 * Opens the libraries of the first folder that load and find a card of their type, else those of the last folder. The files
 * of a driver do not prove that it works: they may have another version, or belong to a card that was removed.
 *
 * @param folders best first
 * @throws AppError `engine-release-mismatch` or `engine-load-failed`
 */
export function openFirstLibrary(
  [folder, ...others]: readonly [LibraryFolder, ...LibraryFolder[]],
  backend: 'auto' | 'cpu',
): Library {
  const [next, ...rest] = others;
  if (next === undefined) {
    return openLibraryIn(folder, backend);
  }
  try {
    const library = openLibraryIn(folder, backend);
    if (library.backend === folder.gpu) {
      return library;
    }
    const reason = library.log.takeProblems() || 'no reason given';
    writeLog('info', `The libraries in ${folder.path} find no graphics card: ${reason}`);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'engine-load-failed') {
      throw error;
    }
    writeLog('info', error.message);
  }
  return openFirstLibrary([next, ...rest], backend);
}

/** @throws AppError `engine-release-mismatch` or `engine-load-failed` */
export function openLibraryIn(folder: LibraryFolder, backend: 'auto' | 'cpu'): Library {
  checkReleaseOfFolder(folder.path);
  const llama = loadLibraries(folder.path);
  checkLoadedRelease(llama.version(), llama.modelDefaults(), llama.contextDefaults());
  const log = new LlamaLog();
  llama.setLog(log.onText);
  llama.loadBackends(folder.path);
  if (folder.gpu !== false && folder.fallbackPath !== undefined && !hasGpu(llama)) {
    llama.loadBackends(folder.fallbackPath);
  }
  llama.backendInit();
  if (llama.deviceCount() === 0) {
    throw new AppError(
      'engine-load-failed',
      `llama.cpp found nothing to compute on in ${folder.path}: ${log.takeProblems() || 'no reason given'}`,
    );
  }
  const { gpu } = folder;
  const usesGpu = backend === 'auto' && hasGpu(llama);
  return { llama, log, release: expectedRelease, backend: gpu !== false && usesGpu ? gpu : 'cpu' };
}

function loadLibraries(path: string): Llama {
  try {
    return loadLlama(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('engine-load-failed', `Cannot load llama.cpp from ${path}: ${reason}`, {
      cause,
    });
  }
}

function hasGpu(llama: Llama): boolean {
  return Array.from({ length: llama.deviceCount() }, (_, index) => index).some((index) => {
    const type = llama.deviceType(llama.deviceAt(index));
    return type === deviceTypes.gpu || type === deviceTypes.integratedGpu;
  });
}

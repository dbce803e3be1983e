/**
 * The paths and the preparation of the folder that has everything of one host: settings, usage, identity, models,
 * logs.
 */
import '../base/usable-home.ts';
import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { AppError } from '../../src-shared/errors.ts';
import { dataFolderErrors } from '../../src-shared/words/errors.ts';
import { fileProblem } from '../../src-shared/files/file-problem.ts';

/**
 * Bytes in the longest path that SQLite opens: MAX_PATHNAME in its os_unix.c, less the ending of its journal. Windows'
 * own limit is lower and is told by the system.
 */
const longestDatabasePath = 504;

/** The files of a data folder that the host itself keeps; the node keeps its own below `folder`. */
export type DataFolder = {
  readonly folder: string;
  readonly database: string;
  readonly lock: string;
  /** The file that names the running host and how to reach it. */
  readonly hostFile: string;
  readonly apiKey: string;
  readonly logs: string;
};

/**
 * The data folder `chosen` by the person, or else the platform's usual one. On Windows that is in the local
 * application data: models must never roam over a network with the profile.
 */
export function dataFolderAt(chosen: string | undefined): DataFolder {
  const name = process.platform === 'linux' ? 'mindmesh' : 'MindMesh';
  const folder = resolve(chosen ?? envPaths(name, { suffix: '' }).data);
  return {
    folder,
    database: join(folder, 'mindmesh.sqlite'),
    lock: join(folder, 'lock.sqlite'),
    hostFile: join(folder, 'host.json'),
    apiKey: join(folder, 'api-key'),
    logs: join(folder, 'logs'),
  };
}

/**
 * Makes sure that the folder is there and can be written; a new one is for its owner alone.
 *
 * @throws AppError `data-folder-unusable`
 */
export async function prepareDataFolder({ folder, logs, database }: DataFolder): Promise<void> {
  refuseLongPath(folder, database);
  try {
    await makeFolder(folder);
    if (!(await stat(folder)).isDirectory()) {
      throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    }
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    await makeFolder(logs);
  } catch (error) {
    throw folderError(folder, error);
  }
}

/** SQLite refuses such a path as well, but only says that it cannot open the file. */
function refuseLongPath(folder: string, database: string): void {
  const excess = Buffer.byteLength(database) - longestDatabasePath;
  if (excess > 0) {
    throw new AppError('data-folder-unusable', dataFolderErrors.tooLong(folder, excess), {
      advice: 'choose-data-folder',
    });
  }
}

/**
 * An AppError with the system's reason for a person, where the system refused a file in the data folder; any other
 * error unchanged.
 */
export function asFolderError(folder: string, error: unknown): unknown {
  return error instanceof AppError || typeof errorCode(error) !== 'string'
    ? error
    : folderError(folder, error);
}

function folderError(folder: string, error: unknown): AppError {
  return new AppError('data-folder-unusable', dataFolderErrors.unusable(folder, adviceFor(error)), {
    cause: error,
    advice: 'choose-data-folder',
  });
}

/**
 * Creates a folder and those above it. Node's own recursive mkdir never ends where a file system says "no
 * such file" to making one in a folder that is there, as Linux' /proc does.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') {
      return;
    }
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) {
      throw error;
    }
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function adviceFor(error: unknown): string {
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
      return dataFolderErrors.notWritable;
    case 'EROFS':
      return dataFolderErrors.readOnly;
    case 'ENOSPC':
    case 'EDQUOT':
      return dataFolderErrors.full;
    case 'EEXIST':
    case 'ENOTDIR':
      return dataFolderErrors.partIsFile;
    default:
      return dataFolderErrors.other(fileProblem(error));
  }
}

/**
 * Finds the folders of llama.cpp libraries that may suit this machine, among those that node-llama-cpp installs:
 * one package per platform and GPU type, each with a folder of the same name.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';

export type LibraryFolder = {
  readonly path: string;
  /** The folder of a backend for older drivers, used when the one in `path` does not load. */
  readonly fallbackPath: string | undefined;
  /** The GPU type that the libraries were built for. Without such a device they compute on the CPU. */
  readonly gpu: 'cuda' | 'vulkan' | 'metal' | false;
};

const platformNames: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux',
  win32: 'win',
  darwin: 'mac',
};

/**
 * The folders to load from, best first; never empty. The last one always works on the CPU.
 *
 * @param backend 'auto' asks node-llama-cpp for which GPU types this machine seems to have drivers; 'cpu' uses the CPU only
 * @throws AppError `engine-load-failed` when no package for this machine is installed.
 */
export async function libraryFolders(
  backend: 'auto' | 'cpu',
): Promise<[LibraryFolder, ...LibraryFolder[]]> {
  const gpus = backend === 'auto' ? await supportedGpus() : [];
  // macOS has only libraries for Metal, which compute on the CPU too.
  const onProcessor = installedFolder(false) ?? installedFolder('metal');
  const [first, ...others] = [...new Set(gpus)]
    .filter((gpu) => gpu !== false && gpu !== onProcessor?.gpu)
    .flatMap((gpu) => installedFolder(gpu) ?? [])
    .concat(onProcessor ?? []);
  if (first === undefined) {
    throw new AppError(
      'engine-load-failed',
      `No llama.cpp libraries for ${process.platform} ${process.arch} are installed; ` +
        'run `npm ci` again without leaving out optional packages.',
    );
  }
  return [first, ...others];
}

/** The GPU types, best first. Loading node-llama-cpp takes a third of a second, so only 'auto' does it. */
async function supportedGpus(): Promise<LibraryFolder['gpu'][]> {
  const { getLlamaGpuTypes } = await import('node-llama-cpp');
  return getLlamaGpuTypes('supported');
}

function installedFolder(gpu: LibraryFolder['gpu']): LibraryFolder | undefined {
  const platform = platformNames[process.platform];
  if (platform === undefined) {
    return undefined;
  }
  const arch = process.arch === 'arm' ? 'armv7l' : process.arch;
  const name = `${platform}-${arch}${gpu === false ? '' : `-${gpu}`}`;
  const path = packageFolder(name, name);
  return path === undefined
    ? undefined
    : { path, fallbackPath: packageFolder(`${name}-ext`, name), gpu };
}

/** `bins/NAME` of an `@node-llama-cpp` package, resolved as node-llama-cpp itself would. */
function packageFolder(packageName: string, folderName: string): string | undefined {
  try {
    const fromHere = createRequire(import.meta.url);
    const fromLlama = createRequire(fromHere.resolve('node-llama-cpp'));
    const entry = fromLlama.resolve(`@node-llama-cpp/${packageName}`);
    const folder = join(dirname(entry), '..', 'bins', folderName);
    return existsSync(folder) ? folder : undefined;
  } catch {
    // Packages for other platforms are not installed.
    return undefined;
  }
}

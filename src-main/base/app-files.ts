/**
 * Where the app's own files are. This module runs from the sources (tests) and from build/, so the app's
 * folder is the nearest one above it that has a package.json. Child processes and pages always come from
 * build/.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

export type AppFiles = {
  readonly version: string;
  /** Script of the node process. */
  readonly nodeScript: string;
  /** Script of the process behind `mindmesh bootstrap`. */
  readonly bootstrapScript: string;
  /** The bundled demo model, and the name it gives itself. */
  readonly demoModel: string;
  readonly demoModelName: string;
  /** The signed list of models that can be downloaded. */
  readonly catalog: string;
  /** Folder of the built window. */
  readonly windowPages: string;
  /** Script of the command line. */
  readonly commandLine: string;
};

export function appFiles(): AppFiles {
  const root = appFolder(import.meta.dirname);
  const worker = join(root, 'build', 'src-worker', 'node');
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  return {
    version: manifest.version,
    nodeScript: join(worker, 'bundled', 'node.js'),
    bootstrapScript: join(worker, 'bundled', 'bootstrap.js'),
    demoModel: join(root, 'assets', 'demo-model.gguf'),
    demoModelName: 'MindMesh Demo',
    catalog: join(root, 'assets', 'catalog.json'),
    windowPages: join(root, 'build', 'src-renderer'),
    commandLine: join(root, 'build', 'src-main', 'cli', 'cli.js'),
  };
}

function appFolder(start: string): string {
  let folder = start;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return folder;
}

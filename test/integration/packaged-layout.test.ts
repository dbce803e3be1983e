/**
 * The files of an installed app: everything that it needs, nothing for other machines, and nothing for developers
 * only.
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import asar from '@electron/asar';
import { describe, expect, it } from 'vitest';
import { packagedApp } from '../support/window/packaged-app.ts';

const app = await packagedApp();
const project = join(import.meta.dirname, '../..');

/** Paths of all files in a folder, relative to it, with slashes. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

describe.skipIf(app === undefined)('an installed app (skipped without an Electron)', () => {
  const resources = app?.resources ?? '';
  const archive = join(resources, 'app.asar');
  const unpacked = `${archive}.unpacked`;

  it('has the archive, the plain files, a Node.js and a command, and nothing of the Electron it was made with', () => {
    expect(readdirSync(resources).toSorted()).toEqual([
      'app.asar',
      'app.asar.unpacked',
      'bin',
      'node',
    ]);
    expect(readdirSync(join(resources, 'node')).toSorted()).toEqual(['LICENSE', 'node']);
    expect(readdirSync(join(resources, 'bin')).toSorted()).toEqual(['mindmesh', 'mindmesh.cmd']);
    expect(readdirSync(app?.folder ?? '')).not.toContain('version');
  });

  it('has the built code, the demo model and the list of models to download', () => {
    expect(readdirSync(unpacked).toSorted()).toEqual([
      'assets',
      'build',
      'node_modules',
      'package.json',
    ]);
    expect(readdirSync(join(unpacked, 'build')).toSorted()).toEqual([
      'src-main',
      'src-renderer',
      'src-shared',
      'src-worker',
    ]);
    expect(filesIn(join(unpacked, 'assets')).toSorted()).toEqual([
      'catalog.json',
      'demo-model.gguf',
    ]);
  });

  it('has native libraries for this machine alone, and without CUDA', () => {
    const libraries = filesIn(unpacked).filter((path) => /\.(node|so|dll|dylib|exe)$/.test(path));
    const folders = new Set(libraries.map((path) => path.replace(/\/[^/]*$/, '')));
    expect([...folders].filter((path) => !path.endsWith('better-sqlite3/build/Release'))).toEqual(
      expect.arrayContaining([
        'node_modules/@koromix/koffi-linux-x64/linux_x64',
        'node_modules/@node-llama-cpp/linux-x64-vulkan/bins/linux-x64-vulkan',
        'node_modules/@node-llama-cpp/linux-x64/bins/linux-x64',
        'node_modules/better-sqlite3/prebuilds',
      ]),
    );
    expect(libraries.filter((path) => /cuda|musl|arm|win32|darwin|mac|ia32/.test(path))).toEqual(
      [],
    );
    expect(readdirSync(join(unpacked, 'node_modules/better-sqlite3/prebuilds'))).toEqual([
      'linux-x64.node',
    ]);
  });

  it('has no sources, no maps, no tests and no package that only developers need', async () => {
    const everything = [...filesIn(unpacked), ...asar.listPackage(archive, { isPack: false })];
    const unwanted = /(?<!\.d)\.(ts|mts|cts|map|c|cc|cpp|h|hpp|gyp)$|\.test\.js$|tsbuildinfo$/;
    expect(everything.filter((path) => unwanted.test(path))).toEqual([]);
    const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
      optionalDependencies: Record<string, string>;
    };
    const forDevelopers = Object.keys({
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    });
    const installed = new Set(
      everything.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
    );
    expect(forDevelopers.filter((name) => installed.has(name))).toEqual([]);
  });

  it('keeps all that Electron runs in the archive, but for native libraries', () => {
    // Files that the node reads and Electron does not.
    const forNode = ['assets/catalog.json', 'assets/demo-model.gguf'];
    const outside = asar
      .listPackage(archive, { isPack: false })
      .map((path) => path.slice(1))
      .filter((path) => {
        const entry = asar.statFile(archive, path);
        return 'size' in entry && entry.unpacked;
      });
    expect(outside).toEqual(expect.arrayContaining(forNode));
    const unexpected = outside.filter(
      (path) => !forNode.includes(path) && !/\.node$|^node_modules\/@node-llama-cpp\//.test(path),
    );
    expect(unexpected).toEqual([]);
  });

  it('has plain files that are those of the archive, byte for byte', async () => {
    const differing: string[] = [];
    for (const path of filesIn(unpacked)) {
      const entry = asar.statFile(archive, path);
      if ('size' in entry && !entry.unpacked) {
        const plain = await readFile(join(unpacked, path));
        if (!plain.equals(asar.extractFile(archive, path))) {
          differing.push(path);
        }
      }
    }
    expect(differing).toEqual([]);
  });
});

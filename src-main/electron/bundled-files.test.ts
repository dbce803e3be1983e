import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { appFiles } from '../base/app-files.ts';
import { bundledFiles, nodeCommand } from './bundled-files.ts';

const { platform } = process;

it('leaves the files as they are when it runs from sources', () => {
  expect(bundledFiles(appFiles())).toEqual(appFiles());
});

it.each(['/opt/app.asar.d/resources/app.asar', 'C:\\app\\resources\\app.asar'])(
  'gives child processes what lies beside the archive %s',
  (root) => {
    const slash = root.includes('\\') ? '\\' : '/';
    const inArchive = `${root}${slash}file`;
    const files = bundledFiles({
      version: '1.0.0',
      demoModelName: 'Demo',
      nodeScript: inArchive,
      bootstrapScript: inArchive,
      demoModel: inArchive,
      catalog: inArchive,
      windowPages: inArchive,
      commandLine: inArchive,
    });
    const outside = `${root}.unpacked${slash}file`;
    expect(files).toMatchObject({
      nodeScript: outside,
      bootstrapScript: outside,
      demoModel: outside,
      catalog: outside,
      commandLine: outside,
      windowPages: inArchive,
    });
  },
);

it('runs them on the Node.js that a packaged app brings along', () => {
  const place = { isPackaged: true, resources: 'resources' } as const;
  expect(nodeCommand({ ...place, platform: 'linux' })).toBe(join('resources', 'node', 'node'));
  expect(nodeCommand({ ...place, platform: 'win32' })).toBe(join('resources', 'node', 'node.exe'));
});

it.runIf(platform === 'linux' || platform === 'win32')('and from sources on npm’s', () => {
  const command = nodeCommand({ isPackaged: false, platform, resources: '' });
  expect(existsSync(command)).toBe(true);
});

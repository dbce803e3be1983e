/**
 * Puts the app beside its archive as plain files. The processes that run on Node.js cannot read an archive, and the
 * host in Electron should read nothing but the archive, whose integrity is checked; so what both use (20 MB of
 * JavaScript) is there twice. Native libraries are outside of the archive already.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import asar from '@electron/asar';

/** What only Electron's main process runs. */
const forElectronOnly = [
  join('build', 'src-main', 'electron', sep),
  join('node_modules', 'electron-updater', sep),
  join('assets', 'icons', sep),
  join('assets', 'tray', sep),
];

/** @param resources The folder that has app.asar */
export async function unpackForNode(resources: string): Promise<void> {
  const archive = join(resources, 'app.asar');
  for (const listed of asar.listPackage(archive, { isPack: false })) {
    // Listed with a separator in front.
    const path = listed.slice(1);
    const entry = asar.statFile(archive, path, false);
    if ('link' in entry) {
      throw new Error(`${path} is a link; links in the app would lead nowhere on other machines.`);
    }
    if ('files' in entry || entry.unpacked || forElectronOnly.some((it) => path.startsWith(it))) {
      continue;
    }
    const target = join(`${archive}.unpacked`, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, asar.extractFile(archive, path), {
      mode: entry.executable ? 0o755 : 0o644,
    });
  }
}

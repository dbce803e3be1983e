/**
 * Finds an Electron for the tests that need one. In MINDMESH_ELECTRON_RUNTIME is a folder with an unpacked Electron in
 * `dist` and, when that Electron is too old for better-sqlite3's own library, a better_sqlite3.node that suits it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export type ElectronRuntime = {
  /** Folder of an unpacked Electron. */
  readonly dist: string;
  readonly executable: string;
  /** Takes the place of better-sqlite3's own library. */
  readonly database: string | undefined;
};

const variable = 'MINDMESH_ELECTRON_RUNTIME';
/**
 * A script that makes a runtime on machines that cannot download one, where it exists; a second time it only prints
 * the folder.
 */
const script = resolve(import.meta.dirname, '../../../../shared/tools/electron-runtime/prepare.sh');

/** undefined when there is none; why an expected one does not work is printed. */
export function findElectron(): ElectronRuntime | undefined {
  const given = process.env[variable];
  if (given !== undefined && given !== '') {
    return runtimeIn(given);
  }
  if (process.platform !== 'linux' || !existsSync(script)) {
    return undefined;
  }
  const { status, stdout, stderr } = spawnSync(script, { encoding: 'utf8' });
  if (status !== 0) {
    console.error(`${script} failed:\n${stderr}`);
    return undefined;
  }
  return runtimeIn(stdout.trim());
}

function runtimeIn(folder: string): ElectronRuntime | undefined {
  const dist = join(folder, 'dist');
  const executable = join(dist, process.platform === 'win32' ? 'electron.exe' : 'electron');
  if (!existsSync(executable)) {
    console.error(`${dist} is no unpacked Electron.`);
    return undefined;
  }
  const database = join(folder, 'better_sqlite3.node');
  return { dist, executable, database: existsSync(database) ? database : undefined };
}

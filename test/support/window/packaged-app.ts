/**
 * The app as it is installed, made by `npm run package -- --dir` with the Electron of the tests. It stays in
 * build/packaged until something changes that it is made from. `npm test` makes it before the tests start.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, glob, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { type ElectronRuntime, findElectron } from './electron-runtime.ts';

export type PackagedApp = {
  /** The folder that an installer would install. */
  readonly folder: string;
  readonly resources: string;
  /** The executable that users get. */
  readonly executable: string;
  /**
   * The same, but for one fuse: it listens to `--inspect`, which Playwright's driver needs. Use it for everything
   * but the fuses themselves.
   */
  readonly executableForTests: string;
  readonly runtime: ElectronRuntime;
};

const project = resolve(import.meta.dirname, '../../..');
const packages = join(project, 'build', 'packaged');
/** An app that is younger than this may be in use by another test run, in milliseconds. */
const reusedForMs = 1_800_000;

const madeOf = [
  'package.json',
  'package-lock.json',
  'electron-builder.yml',
  'tools/package.ts',
  'tools/packaging/*.ts',
  'assets/**/*.*',
  'build/src-renderer/**/*.*',
  'build/src-{main,shared,worker}/**/*.{js,cjs}',
];

/** The packaged app; undefined where there is no Electron for tests. Linux only, as that Electron is. */
export async function packagedApp(): Promise<PackagedApp | undefined> {
  const runtime = findElectron();
  if (runtime === undefined) {
    return undefined;
  }
  const folder = join(packages, await fingerprint(runtime));
  const app = {
    folder,
    resources: join(folder, 'resources'),
    executable: join(folder, 'mindmesh'),
    executableForTests: join(folder, 'mindmesh-for-tests'),
    runtime,
  };
  if (!(await exists(folder))) {
    await makePackage(runtime, folder);
  }
  return app;
}

async function makePackage({ dist, database }: ElectronRuntime, folder: string): Promise<void> {
  const output = `${folder}.${process.pid}.partial`;
  await mkdir(packages, { recursive: true });
  await removeOld();
  const flags = ['--dir', '--no-build', '--electron', dist, '--output', output];
  if (database !== undefined) {
    flags.push('--sqlite-addon', database);
  }
  await promisify(execFile)(process.execPath, [join(project, 'tools', 'package.ts'), ...flags], {
    cwd: project,
    maxBuffer: 64 * 1024 * 1024,
  });
  const made = join(output, 'linux-unpacked');
  const forTests = join(made, 'mindmesh-for-tests');
  await copyFile(join(made, 'mindmesh'), forTests);
  await flipFuses(forTests, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  try {
    await rename(made, folder);
  } catch (error) {
    // Another process has made it meanwhile.
    if (!(await exists(folder))) {
      throw error;
    }
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

async function fingerprint({ dist, database }: ElectronRuntime): Promise<string> {
  const hash = createHash('sha256');
  const files = await Array.fromAsync(glob(madeOf, { cwd: project }));
  for (const file of files.toSorted()) {
    hash.update(`${file}\n`).update(await readFile(join(project, file)));
  }
  for (const file of [join(dist, 'version'), ...(database === undefined ? [] : [database])]) {
    hash.update(`${file}\n`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function removeOld(): Promise<void> {
  for (const name of await readdir(packages)) {
    const path = join(packages, name);
    if (Date.now() - (await stat(path)).mtimeMs > reusedForMs) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes the app that people install: builds it, and has electron-builder put it together as electron-builder.yml
 * says. For the platform and processor of this machine only, since npm installs native libraries for no other.
 *
 *   npm run package                        everything that electron-builder.yml lists for this platform, into dist
 *   npm run package -- --dir               only the folder that would be installed
 *   npm run package -- --target tar.gz     only this kind; may be given several times
 *     --electron FOLDER      an unpacked Electron, so that nothing is downloaded
 *     --node FILE            the Node.js to bundle
 *     --sqlite-addon FILE    a better_sqlite3.node for an Electron that is older than package.json's
 *     --cuda                 with llama.cpp's libraries for CUDA
 *     --output FOLDER        instead of dist
 *     --no-build             the app is built already
 *
 * Signed when electron-builder's variables CSC_LINK and CSC_KEY_PASSWORD are set, on macOS also notarized with
 * APPLE_API_KEY, APPLE_API_KEY_ID and APPLE_API_ISSUER. With updates when MINDMESH_UPDATE_URL is set.
 */
import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { archFromString, build, type Configuration, Platform } from 'electron-builder';
import { bundledNode } from './packaging/bundled-node.ts';
import {
  type PackagingMachine,
  packagingPlan,
  packagingVariant,
} from './packaging/packaging-plan.ts';
import { unpackForNode } from './packaging/unpack-for-node.ts';

const project = resolve(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    dir: { type: 'boolean', default: false },
    target: { type: 'string', multiple: true },
    electron: { type: 'string' },
    node: { type: 'string' },
    'sqlite-addon': { type: 'string' },
    cuda: { type: 'boolean', default: false },
    output: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
  },
});

function thisMachine(): PackagingMachine {
  const { platform, arch, env } = process;
  if (platform !== 'linux' && platform !== 'win32' && platform !== 'darwin') {
    throw new Error(`There is no Electron for ${platform}.`);
  }
  return { platform, arch, env };
}

async function givenElectron(
  folder: string | undefined,
): Promise<{ folder: string; version: string } | undefined> {
  if (folder === undefined) {
    return undefined;
  }
  const version = await readFile(join(folder, 'version'), 'utf8');
  return { folder: resolve(folder), version: version.trim().replace(/^v/, '') };
}

/** What a given folder may hold beside Electron itself; a downloaded one has been cleaned already. */
async function removeStrangers(folder: string, resources: string): Promise<void> {
  const strangers = [
    join(folder, 'version'),
    join(resources, 'app'),
    join(resources, 'default_app.asar'),
  ];
  await Promise.all(strangers.map((path) => rm(path, { recursive: true, force: true })));
}

const machine = thisMachine();
const plan = packagingPlan(
  {
    electron: await givenElectron(values.electron),
    node: bundledNode(values.node, machine),
    sqliteAddon: values['sqlite-addon'] === undefined ? undefined : resolve(values['sqlite-addon']),
    hasCuda: values.cuda,
    output: values.output,
  },
  machine,
);
const config: Configuration = {
  ...plan,
  afterExtract: ({ appOutDir }) => {
    const inside = machine.platform === 'darwin' ? 'Electron.app/Contents/Resources' : 'resources';
    return removeStrangers(appOutDir, join(appOutDir, inside));
  },
  afterPack: ({ appOutDir, packager }) => unpackForNode(packager.getResourcesDir(appOutDir)),
};

process.env['MINDMESH_VARIANT'] = packagingVariant(values.cuda);
if (!values['no-build']) {
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: project,
    stdio: 'inherit',
    shell: machine.platform === 'win32',
  });
}
await build({
  projectDir: project,
  publish: 'never',
  targets: Platform.current().createTarget(
    values.dir ? ['dir'] : values.target,
    archFromString(machine.arch),
  ),
  config,
});

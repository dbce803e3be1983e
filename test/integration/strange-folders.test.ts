/**
 * Computers as people have them: folders with names in every script, long paths, links, read-only homes, broken
 * proxies.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appFiles } from '../../src-main/base/app-files.ts';
import { finished, type Finished } from '../support/host/host-command-line.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import {
  canRunAsOthers,
  mindmeshAs,
  openDataFolder,
  otherUsers,
  person,
  serveAs,
} from '../support/host/other-users.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

type Folders = {
  readonly home: string;
  readonly temporary: string;
  readonly data: string;
  /** Variables beside those of the folders. */
  readonly environment?: Readonly<Record<string, string>>;
};

/** Runs the command line in these folders, as if they were the user's. */
function run(
  { home, temporary, data, environment }: Folders,
  ...args: readonly string[]
): ChildProcess {
  return spawn(process.execPath, [appFiles().commandLine, '--data', data, ...args], {
    env: { ...process.env, HOME: home, TMPDIR: temporary, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function command(folders: Folders, ...args: readonly string[]): Promise<Finished> {
  return finished(run(folders, ...args));
}

/** Runs `mindmesh serve` in these folders until the test is over. */
async function serve(folders: Folders, ...args: readonly string[]): Promise<void> {
  const alone =
    '--api-port 0 --no-window --no-mdns --listen /ip4/127.0.0.1/tcp/0 --threads 1 --always-work';
  const child = run(folders, 'serve', ...alone.split(' '), ...args);
  let said = '';
  child.stdout?.on('data', (data) => {
    said += String(data);
  });
  child.stderr?.on('data', (data) => {
    said += String(data);
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, 'exit');
    }
  });
  await eventuallyTrue(
    `serving; it said: ${said}`,
    () => {
      if (child.exitCode !== null) {
        throw new Error(`The host ended: ${said}`);
      }
      return said.includes('Press Ctrl-C');
    },
    60_000,
  );
}

/** A folder below `root` whose path has this many bytes. */
function deepFolder(root: string, bytes: number): string {
  let path = root;
  while (bytes - path.length > 201) {
    path = join(path, 'd'.repeat(150));
  }
  return join(path, 'd'.repeat(bytes - path.length - 1));
}

async function answer(folders: Folders, model: string): Promise<string> {
  await eventuallyTrue(
    'the model is hosted',
    async () => /serving/.test((await command(folders, 'status', '--json')).out),
    60_000,
  );
  const { code, out, err } = await command(folders, 'chat', '--model', model, '--json', 'Hello');
  expect([code, err]).toEqual([0, '']);
  return out;
}

describe('a computer whose folders', () => {
  it('have spaces, quotes, dollar signs and letters of many scripts is like any other', async () => {
    const root = join(await temporaryFolder(), '田中　ž é\'"$x `y` ö;&');
    const folders = {
      home: join(root, 'Zuhause $HOME'),
      temporary: join(root, 'vorläufig \'"'),
      data: join(root, 'ö"x $(data)'),
    };
    await Promise.all(Object.values(folders).map((path) => mkdir(path, { recursive: true })));
    const model = join(root, 'モデル \'q" é $m.gguf');
    await writeRandomModel(model, { contextLength: 512 });
    expect(await command(folders, 'models', 'import', model, '--name', 'odd')).toMatchObject({
      code: 0,
      err: '',
    });
    await serve(folders, '--shard', 'odd:0-1', '--shard', 'odd:2-3');
    expect(await answer(folders, 'odd')).toContain('"stages":[');
  });

  it('lie as deep as SQLite and the system allow can be used', async () => {
    const root = await temporaryFolder();
    const data = deepFolder(root, 480);
    const deep = deepFolder(root, 3_700);
    await mkdir(deep, { recursive: true });
    const model = join(deep, 'm.gguf');
    await writeRandomModel(model, { contextLength: 512 });
    const folders = { home: root, temporary: root, data };
    expect(await command(folders, 'models', 'import', model, '--name', 'deep')).toMatchObject({
      code: 0,
      err: '',
    });
    await serve(folders, '--shard', 'deep:0-3');
    expect(await answer(folders, 'deep')).toContain('"stages":[');
  });

  it('are reached by a link, or whose temporary folder is missing, can be used', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), join(root, 'link'));
    const folders = { home: root, temporary: join(root, 'missing'), data: join(root, 'link') };
    await serve(folders);
    expect(await answer(folders, 'MindMesh Demo')).toContain('"stages":[');
    expect(await readdir(join(root, 'real'))).toContain('mindmesh.sqlite');
  });
});

describe('a home folder', () => {
  it('that cannot be written is no hindrance when the data lies elsewhere', async ({ skip }) => {
    skip(!(await canRunAsOthers()), 'no program may be run as another user here');
    const owner = await person(otherUsers[0]);
    const data = await openDataFolder(owner);
    await chmod(owner.home, 0o555);
    const said = await serveAs(owner, data, '--api-port', '0', '--window-port', '0');
    expect(said).toContain('/v1');
  });

  it('that cannot be written is named when the data would lie there', async ({ skip }) => {
    skip(!(await canRunAsOthers()), 'no program may be run as another user here');
    const owner = await person(otherUsers[0]);
    await chmod(owner.home, 0o555);
    const { code, err } = await mindmeshAs(owner, 'serve', '--api-port', '0', '--no-window');
    expect(code).toBe(1);
    expect(err).toContain(owner.home);
    expect(err).toContain('choose another data folder with --data');
  });
});

describe('a computer whose proxy is dead', () => {
  it('starts and answers all the same, since nothing on this computer goes over a proxy', async () => {
    const root = await temporaryFolder();
    const proxy = 'http://127.0.0.1:9';
    const environment = {
      HTTP_PROXY: proxy,
      http_proxy: proxy,
      HTTPS_PROXY: proxy,
      ALL_PROXY: proxy,
      NODE_USE_ENV_PROXY: '1',
    };
    const folders = { home: root, temporary: root, data: join(root, 'data'), environment };
    await serve(folders);
    expect(await answer(folders, 'MindMesh Demo')).toContain('"stages":[');
  });
});

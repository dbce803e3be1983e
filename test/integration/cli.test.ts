import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDashboardServer } from '../../src-main/control/dashboard-server.ts';
import { mindmesh, startMindmesh, finished } from '../support/host/host-command-line.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { standInHost } from '../support/host/host-stand-in.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

/** A data folder with a running host and a stand-in for its node, as `mindmesh serve` would have it. */
async function runningFolder(folder?: string, needsConsent = false): Promise<string> {
  const dataFolder = folder ?? (await temporaryFolder());
  const host = await standInHost({ dataFolder, needsConsent });
  const server = await startDashboardServer(host, { port: 0, pages: await temporaryFolder() });
  onTestFinished(() => server.close());
  host.provideWindowAddress(() => server.newWindowAddress());
  if (!needsConsent) {
    await host.ready;
  }
  await host.announce(server.control);
  return dataFolder;
}

describe('the command line before the owner has agreed in the window', () => {
  it('says so at once, and names nothing that does not listen', async () => {
    const folder = await runningFolder(undefined, true);
    const sentence = 'MindMesh waits for your agreement in its window.';
    for (const command of [
      ['chat', 'hi'],
      ['models', 'list'],
      ['models', 'import', 'some.gguf'],
      ['models', 'catalog'],
      ['peers'],
      ['route', 'demo'],
      ['pool', 'list'],
    ]) {
      const begun = performance.now();
      const said = await mindmesh([...command, '--data', folder]);
      const isQuick = performance.now() - begun < 10_000;
      expect({ command, isQuick, ...said }).toEqual({
        command,
        isQuick: true,
        code: 1,
        out: '',
        err: `${sentence}\n`,
      });
    }
    const { code, out } = await mindmesh(['status', '--data', folder]);
    expect([code, out.split('\n')[0]]).toEqual([0, sentence]);
    expect(out).not.toContain('http');
    const { out: json } = await mindmesh(['status', '--json', '--data', folder]);
    expect(JSON.parse(json)).toMatchObject({ consent: 'needed', api: { baseUrl: null } });
    // Settings that are changed now take effect at the next start.
    const set = await mindmesh(['settings', 'set', 'apiPort', '7000', '--data', folder]);
    expect(set.code).toBe(0);
  });
});

describe('the command line without a running host', () => {
  it('says so, with an exit code of its own', async () => {
    const folder = await temporaryFolder();
    expect(await mindmesh(['status', '--data', folder])).toEqual({
      code: 3,
      out: '',
      err: `MindMesh is not running in ${folder}. "mindmesh serve" starts it.\n`,
    });
    const { code, out } = await mindmesh(['--data', folder, 'status', '--json']);
    expect(await mindmesh(['pause', '--data', folder])).toEqual({
      code: 3,
      out: '',
      err: `MindMesh is not running in ${folder}.\n`,
    });
    expect([code, JSON.parse(out)]).toEqual([3, { state: 'stopped', dataFolder: folder }]);
  });

  it.runIf(process.platform === 'linux')('takes an empty HOME for none at all', async () => {
    const { XDG_DATA_HOME: _, ...environment } = process.env;
    const cwd = await temporaryFolder();
    const child = startMindmesh(['status'], { cwd, env: { ...environment, HOME: '' } });
    child.stdin.end();
    const usual = join(userInfo().homedir, '.local/share/mindmesh');
    expect((await finished(child)).err).toContain(`is not running in ${usual}.`);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('takes the file of a host that was killed for what it is', async () => {
    const folder = await temporaryFolder();
    const control = { url: 'ws://127.0.0.1:1/host', token: 'x'.repeat(43) };
    await writeFile(join(folder, 'host.json'), JSON.stringify({ pid: 1, control }));
    expect((await mindmesh(['status', '--data', folder])).code).toBe(3);
    expect((await mindmesh(['settings', 'list', '--data', folder])).code).toBe(0);
  });

  it('reads and changes settings, which the next start finds', async () => {
    const folder = await temporaryFolder();
    const set = async (...args: string[]): Promise<string> => {
      const { out, err } = await mindmesh(['settings', 'set', ...args, '--data', folder]);
      return out + err;
    };
    expect(await set('apiPort', '7000')).toBe('apiPort is 7000.\n');
    expect(await set('windowPort', '0')).toBe('windowPort is 0 from the next start on.\n');
    expect(await set('peers', '["/ip4/10.0.0.1/tcp/1"]')).toContain('peers is ["/ip4/10.0.0.1');
    expect(await mindmesh(['settings', 'get', 'apiPort', '--data', folder])).toEqual({
      code: 0,
      out: '7000\n',
      err: '',
    });
    const { out } = await mindmesh(['settings', 'list', '--json', '--data', folder]);
    expect(JSON.parse(out)).toMatchObject({ apiPort: 7000, windowPort: 0, mdns: true });
  });

  it('has words for every setting, and reads them back', async () => {
    const folder = await temporaryFolder();
    const settings = async (...args: string[]): Promise<string> => {
      const { out, err } = await mindmesh(['settings', ...args, '--data', folder]);
      return out + err;
    };
    const nights = 'mon-fri 18:00-08:00, sat,sun 00:00-24:00';
    expect(await settings('set', 'schedule', nights)).toBe(`schedule is ${nights}.\n`);
    expect(await settings('add', 'exclusiveApps', 'blender.exe')).toBe(
      'exclusiveApps is ["blender.exe"].\n',
    );
    expect(await settings('set', 'pauseOnGpuLoadPercent', 'off')).toBe(
      'pauseOnGpuLoadPercent is off.\n',
    );
    const cards = '{"GPU-1":{"isUsed":false,"temperatureCeilingCelsius":75}}';
    expect(await settings('set', 'cards', cards)).toBe(`cards is ${cards}.\n`);

    const list = await settings('list');
    expect(list).toMatch(
      /^\* schedule +mon-fri 18:00-08:00, sat,sun 00:00-24:00 \(default: always\)/m,
    );
    expect(list).toMatch(/^\* pauseOnGpuLoadPercent +off \(default: 20 %\) +pauses while/m);
    expect(list).toMatch(/^ {2}idleMinutes +5 minutes +works only after/m);
    expect(JSON.parse(await settings('list', '--json'))).toMatchObject({
      schedule: { sunday: [{ from: 0, to: 1440 }], monday: [{ from: 1080, to: 480 }] },
      exclusiveApps: ['blender.exe'],
      pauseOnGpuLoadPercent: null,
      cards: { 'GPU-1': { isUsed: false } },
    });
    expect(JSON.parse(await settings('get', 'schedule'))).toMatchObject({
      saturday: [{ from: 0, to: 1440 }],
    });

    expect(await settings('remove', 'exclusiveApps', 'blender.exe')).toBe('exclusiveApps is [].\n');
    expect(await settings('reset', 'schedule')).toBe('schedule is always.\n');
    expect(await settings('reset', 'pauseOnGpuLoadPercent')).toBe(
      'pauseOnGpuLoadPercent is 20 %.\n',
    );
    expect(await settings('reset', 'cards')).toBe('cards is {}.\n');
    expect((await settings('list')).split('\n').filter((line) => line[0] === '*')).toHaveLength(1);
  });

  it('names the word of a setting that is wrong, and changes nothing', async () => {
    const folder = await temporaryFolder();
    for (const [args, words] of [
      [['set', 'schedule', 'mon-fry 18:00-08:00'], '"mon-fry" is neither a day'],
      [['set', 'schedule', 'mon 18:00-25:00'], '"18:00-25:00" names a time that no day has'],
      [['add', 'idleMinutes', '5'], 'The setting idleMinutes is no list of names.'],
      [['remove', 'exclusiveApps', 'chess'], '"chess" is not in exclusiveApps'],
      [['reset', 'colour'], 'There is no setting "colour".'],
    ] as const) {
      const { code, out, err } = await mindmesh(['settings', ...args, '--data', folder]);
      expect([code, out, err]).toEqual([1, '', expect.stringContaining(words)]);
    }
    const { out } = await mindmesh(['settings', 'list', '--data', folder]);
    expect(out.split('\n').filter((line) => line.startsWith('* '))).toHaveLength(1);
  });

  it('refuses settings that do not exist or make no sense', async () => {
    const folder = await temporaryFolder();
    const unknown = await mindmesh(['settings', 'set', 'colour', 'red', '--data', folder]);
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown.err).toMatch(/^There is no setting "colour". There are: .*apiPort, .*\n$/);
    const wrong = await mindmesh(['settings', 'set', 'apiPort', 'many', '--data', folder]);
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.err).toContain('apiPort');
  });

  it('refuses options that make no sense before it touches anything', async () => {
    const folder = join(await temporaryFolder(), 'new');
    for (const args of [
      ['serve', '--api-port', '99999'],
      ['serve', '--shard', 'demo:3-1'],
      ['serve', '--peer', 'example.org'],
      ['serve', '--threads', '0'],
      ['dance'],
    ]) {
      const { code, out, err } = await mindmesh([...args, '--data', folder]);
      expect([code, out]).toEqual([1, '']);
      expect(err).toContain('error:');
    }
    await expect(readFile(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('has nothing to ask when nothing was piped in', async () => {
    const folder = await temporaryFolder();
    expect(await mindmesh(['chat', '--data', folder], '  \n')).toEqual({
      code: 1,
      out: '',
      err: 'There is nothing to ask: give a message, or pipe one in.\n',
    });
  });

  it('says what is wrong with a folder, and what lies behind it when asked', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const plain = await mindmesh(['serve', '--data', file]);
    expect(plain).toMatchObject({ code: 1, out: '' });
    expect(plain.err).toBe(
      `The data folder ${file} cannot be used: a part of that path is a file; move that file away. Or choose another data folder with --data.\n`,
    );
    const verbose = await mindmesh(['serve', '--verbose', '--data', file]);
    expect(verbose.err.startsWith(plain.err)).toBe(true);
    expect(verbose.err).toMatch(/\n {4}at /);
  });

  it('refuses the database of a newer version, and leaves the cause in the log', async () => {
    const folder = await temporaryFolder();
    const newer = new Sqlite(join(folder, 'mindmesh.sqlite'));
    newer.pragma('user_version = 999');
    newer.close();
    const { code, err } = await mindmesh(['serve', '--data', folder]);
    expect(code).toBe(1);
    expect(err).toMatch(/^The database .* was written by a newer MindMesh .*\n$/);
    expect(await readFile(join(folder, 'logs', 'mindmesh.log'), 'utf8')).toContain(
      'newer MindMesh',
    );
  });

  it('says which port is taken', async () => {
    const folder = await temporaryFolder();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { code, out, err } = await mindmesh(['serve', '--window-port', port, '--data', folder]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(
      `Port ${port}, for the window, is taken by another program. Choose another one with --window-port, or 0 for any that is free.\n`,
    );
  });
});

describe('the command line with a running host', () => {
  it('tells what runs, and a new address of the window', async () => {
    const folder = await runningFolder();
    const { code, out, err } = await mindmesh(['status', '--data', folder]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^MindMesh \d+\.\d+\.\d+ has been running for \d+ seconds?\.\n/);
    expect(out).toMatch(
      /Window {2}http:\/\/127\.0\.0\.1:\d+\/open\?token=[\w-]{43} \(works once\)/,
    );
    expect(out).toContain('Hosting MindMesh Demo, layers 0–7');
    expect(out).toContain(`Data    ${folder}`);
  });

  it('pauses and resumes as it is told, and says why it is paused', async () => {
    const folder = await runningFolder();
    const say = async (...args: string[]): Promise<string> => {
      const { out, err } = await mindmesh([...args, '--data', folder]);
      return out + err;
    };
    expect(await say('status')).toContain('  Now     Working for the mesh\n');
    expect(await say('pause')).toMatch(/: you paused it until you resume it\.\n$/);
    await eventuallyTrue('paused', async () =>
      (await say('status')).includes('  Now     Paused: you paused it until you resume it\n'),
    );
    expect(await say('pause', 'restart')).toBe(
      'Paused: you paused it until MindMesh starts again.\n',
    );
    expect(await say('resume')).toBe('Starting: loading the models.\n');
    expect(await say('pause', 'for a while')).toContain('Allowed choices are 1h, tomorrow');
  });

  it('tells programs the same, without the key', async () => {
    const folder = await runningFolder();
    const { out } = await mindmesh(['status', '--json', '--data', folder]);
    const key = (await readFile(join(folder, 'api-key'), 'utf8')).trim();
    expect(out).not.toContain(key);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      state: 'running',
      pid: process.pid,
      api: { baseUrl: 'http://127.0.0.1:45678/v1', keyFile: join(folder, 'api-key') },
      node: { models: [{ name: 'MindMesh Demo' }] },
    });
  });

  it('streams an answer to stdout and its receipt to stderr', async () => {
    const folder = await runningFolder();
    expect(await mindmesh(['chat', 'what is this', '--data', folder])).toEqual({
      code: 0,
      out: 'what is this \n',
      err: 'demo on 2 machines (…ooWFirst layers 0–3, 12D3KooWLast layers 4–7) · 5 tokens · 40.0 tokens/s · first after 20 ms\n',
    });
    const piped = await mindmesh(['chat', '--data', folder], 'from a pipe\n');
    expect(piped.out).toBe('from a pipe \n');
  });

  it('answers programs with one line of JSON', async () => {
    const folder = await runningFolder();
    const { out, err } = await mindmesh(['chat', 'hello you', '--json', '--data', folder]);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ answer: 'hello you ', tokens: 5, stages: [{}, {}] });
  });

  it('stops the answer at Ctrl-C, with the exit code of that', async () => {
    const folder = await runningFolder();
    const child = startMindmesh(['chat', 'never end', '--data', folder]);
    const end = finished(child);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await end).toMatchObject({ code: 130, err: '' });
  });

  it('says in a sentence what went wrong', async () => {
    const folder = await runningFolder();
    const unknown = await mindmesh(['chat', 'hi', '--model', 'nobody', '--data', folder]);
    expect(unknown).toMatchObject({
      code: 1,
      err: 'There is no model "nobody". "mindmesh models list" shows those that are there.\n',
    });
    const died = await mindmesh(['chat', 'die', '--data', folder]);
    expect(died.code).toBe(1);
    expect(died.err).toContain('restarts automatically');
  });

  it('lists, imports and removes models', async () => {
    const folder = await runningFolder();
    const models = (...args: string[]) => mindmesh(['models', ...args, '--data', folder]);
    expect((await models('list')).out).toMatch(
      /^MindMesh Demo\n {10}llama, 8 layers, Q8_0, 1\.0 MB\n {10}ready to answer\n/,
    );
    const imported = await models('import', '/models/tiny.gguf', '--name', 'tiny');
    expect(imported.out).toMatch(/^Imported tiny:\n/);
    const listed = JSON.parse((await models('list', '--json')).out) as { alias: string | null }[];
    expect(listed.map(({ alias }) => alias)).toEqual([null, 'tiny']);
    expect((await models('remove', 'tiny')).out).toBe(
      'Removed tiny from the library; its file stays where it is.\n',
    );
    expect(await models('remove', 'tiny')).toMatchObject({
      code: 1,
      err: 'There is no model "tiny".\n',
    });
    expect((await models('import', 'notes.txt')).err).toMatch(
      /^\/.*notes\.txt is not a GGUF file\.\n$/,
    );
  });

  it('changes settings of the running host', async () => {
    const folder = await runningFolder();
    const set = ['settings', 'set', 'shards', '[]', '--data', folder];
    expect((await mindmesh(set)).out).toBe('shards is [].\n');
    const { out } = await mindmesh(['status', '--data', folder]);
    expect(out).toContain('Hosting nothing; this machine only asks');
    const add = ['settings', 'add', 'exclusiveApps', 'blender', '--data', folder];
    expect((await mindmesh(add)).out).toBe('exclusiveApps is ["blender"].\n');
    expect((await mindmesh(['settings', 'reset', 'shards', '--data', folder])).out).toBe(
      'shards is demo.\n',
    );
  });

  it('tells with the status whether questions are answered here, and what the owner should know', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'mindmesh.sqlite'), 'not what it was');
    await runningFolder(folder);
    const status = async (): Promise<string> => (await mindmesh(['status', '--data', folder])).out;
    expect(await status()).toMatch(
      /^ {2}Note {4}The file with your settings and history was damaged, so MindMesh began a new one\./m,
    );
    await mindmesh(['pause', '--data', folder]);
    await eventuallyTrue('paused', async () =>
      (await status()).includes(
        '  Now     Paused: you paused it until you resume it\n          Your own questions are answered by other machines.\n',
      ),
    );
  });

  it('does not start a second host, and names the process that has the folder', async () => {
    const folder = await runningFolder();
    const { code, out, err } = await mindmesh(['serve', '--data', folder, '--window-port', '0']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(
      `The data folder ${folder} is in use by another MindMesh, process ${process.pid}. "mindmesh status" shows how to reach it; to run a second one, choose another folder with --data.\n`,
    );
  });
});

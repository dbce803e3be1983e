/**
 * The app as people run it: `mindmesh` from build/, real node and engine processes, the demo model, data
 * folders of its own. Nothing here is a stand-in.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dataFolderAt } from '../../src-main/data/data-folder.ts';
import { findHost } from '../../src-main/cli/use-host.ts';
import { type HostSnapshot, hostSnapshotSchema } from '../../src-shared/api/snapshot.ts';
import { finished, mindmesh, startMindmesh } from '../support/host/host-command-line.ts';
import { eventually, eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import { logOf } from '../support/host/host-stand-in.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const alone =
  '--always-work --api-port 0 --window-port 0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 --threads 2'.split(
    ' ',
  );

/** A data folder whose host meets no peer by mDNS: hosts of other tests offer models, too. */
async function folderWithoutMdns(): Promise<string> {
  const folder = await temporaryFolder();
  await mindmesh(['settings', 'set', 'mdns', 'false', '--data', folder]);
  return folder;
}

type Running = { folder: string; child: ChildProcess; printed: () => string };

/** Runs `mindmesh serve` until it is ready. It is killed with all its children after the test. */
async function serve(folder: string, ...flags: string[]): Promise<Running> {
  const child = startMindmesh(['serve', '--data', folder, ...alone, ...flags]);
  let printed = '';
  child.stdout?.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await eventuallyTrue('serving', () => printed.includes('Press Ctrl-C'), 60_000);
  return { folder, child, printed: () => printed };
}

/** The output of `status --json` once every desired shard is loaded. */
function settledStatus(folder: string): Promise<HostSnapshot> {
  return eventually(
    'all shards serving',
    async () => {
      const connection = await findHost(dataFolderAt(folder));
      try {
        const snapshot = connection?.snapshot();
        const isSettled = snapshot?.node?.shards.every(({ state }) => state === 'serving');
        return isSettled === true ? snapshot : undefined;
      } finally {
        await connection?.close();
      }
    },
    60_000,
  );
}

/** Process ids of the nodes in the log of a data folder, oldest first. */
async function nodePids(folder: string): Promise<number[]> {
  const lines = (await logOf(folder)).trim().split('\n');
  return lines.flatMap((line) => {
    const { msg, pid } = JSON.parse(line) as { msg: string; pid?: number };
    return msg === 'The mesh node is running' && pid !== undefined ? [pid] : [];
  });
}

async function processesOf({ folder, child }: Running): Promise<number[]> {
  const { node } = await settledStatus(folder);
  const engines = node?.shards.map(({ pid }) => pid ?? 0) ?? [];
  return [child.pid ?? 0, ...(await nodePids(folder)), ...engines];
}

const question = 'What is the capital of France?';

describe('mindmesh', () => {
  it('serves the demo model, answers, and is gone without a trace at SIGTERM', async () => {
    const running = await serve(await temporaryFolder());
    const { folder, child } = running;
    expect(running.printed()).toMatch(/^MindMesh \d+\.\d+\.\d+ is running\.\n/);
    expect(running.printed()).toMatch(/Window {2}http:\/\/127\.0\.0\.1:\d+\/open\?token=/);

    const answer = await mindmesh(['chat', question, '--data', folder]);
    expect(answer).toMatchObject({ code: 0, out: expect.stringContaining('Paris') });
    expect(answer.err).toMatch(/^MindMesh Demo on this machine · \d+ tokens · /);

    const status = await mindmesh(['status', '--json', '--data', folder]);
    const snapshot = JSON.parse(status.out) as HostSnapshot & { pid: number };
    expect(snapshot).toMatchObject({
      pid: child.pid,
      state: 'running',
      node: { shards: [{ model: 'MindMesh Demo', state: 'serving', backend: 'cpu' }] },
    });

    const second = await mindmesh(['serve', '--data', folder, ...alone]);
    expect(second.code).toBe(1);
    expect(second.err).toContain(`in use by another MindMesh, process ${child.pid}`);

    const pids = await processesOf(running);
    expect(pids.filter(isAlive)).toHaveLength(3);
    const ending = finished(child);
    const since = performance.now();
    child.kill('SIGTERM');
    expect(await ending).toMatchObject({ code: 0 });
    expect(performance.now() - since).toBeLessThan(3000);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(join(folder, 'host.json'))).toBe(false);
  });

  it('starts the node again after it was killed, and the next chat is answered', async () => {
    const running = await serve(await temporaryFolder());
    const [, nodePid = 0, enginePid = 0] = await processesOf(running);
    process.kill(nodePid, 'SIGKILL');
    const answer = await mindmesh(['chat', question, '--data', running.folder]);
    expect(answer).toMatchObject({ code: 0, out: expect.stringContaining('Paris') });
    const [first, second = 0] = await nodePids(running.folder);
    expect(first).toBe(nodePid);
    expect(isAlive(second)).toBe(true);
    expect([nodePid, enginePid].filter(isAlive)).toEqual([]);
  });

  it('leaves no node and no engine behind when it is killed itself, and can start again', async () => {
    const running = await serve(await temporaryFolder());
    const pids = await processesOf(running);
    running.child.kill('SIGKILL');
    await eventuallyTrue('all gone', () => !pids.some(isAlive));
    const again = await serve(running.folder);
    expect((await settledStatus(again.folder)).state).toBe('running');
  });

  it('keeps a library of models', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'tiny.gguf');
    await writeRandomModel(file, { name: 'Tiny' });
    const running = await serve(folder, '--no-shards');
    const models = (...args: string[]) => mindmesh(['models', ...args, '--data', running.folder]);

    const imported = await models('import', file, '--name', 'tiny', '--json');
    expect(JSON.parse(imported.out)).toMatchObject({ name: 'Tiny', alias: 'tiny', layers: 4 });
    expect((await models('list')).out).toContain('tiny (Tiny)');

    const shards = JSON.stringify([{ model: 'tiny' }]);
    const set = await mindmesh(['settings', 'set', 'shards', shards, '--data', folder]);
    expect(set).toMatchObject({ code: 0, err: '' });
    expect((await settledStatus(folder)).node?.shards).toMatchObject([{ model: 'Tiny' }]);
    const refused = await models('remove', 'tiny');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('hosts Tiny') });

    await mindmesh(['settings', 'set', 'shards', '[]', '--data', folder]);
    expect(await models('remove', 'tiny')).toMatchObject({ code: 0 });
    expect((await models('list')).out).not.toContain('tiny');
    expect(existsSync(file)).toBe(true);
  });

  it('composes a host for a command when none runs, and leaves nothing running', async () => {
    const folder = await folderWithoutMdns();
    const listed = await mindmesh(['models', 'list', '--json', '--data', folder]);
    expect(JSON.parse(listed.out)).toMatchObject([{ name: 'MindMesh Demo' }]);
    const answer = await mindmesh(['chat', question, '--json', '--data', folder]);
    expect(answer.err).toBe('');
    expect(JSON.parse(answer.out)).toMatchObject({ answer: expect.stringContaining('Paris') });
    expect((await nodePids(folder)).filter(isAlive)).toEqual([]);
    expect(existsSync(join(folder, 'host.json'))).toBe(false);
  });

  it('stops waiting for a model at Ctrl-C', async () => {
    const folder = await folderWithoutMdns();
    await mindmesh(['settings', 'set', 'shards', '[]', '--data', folder]);
    const child = startMindmesh(['chat', question, '--data', folder]);
    const end = finished(child);
    const [pid = 0] = await eventually('a node', async () => {
      const pids = await nodePids(folder).catch(() => []);
      return pids.length > 0 ? pids : undefined;
    });
    child.kill('SIGINT');
    expect(await end).toEqual({ code: 130, out: '', err: '' });
    expect(isAlive(pid)).toBe(false);
  });

  it('counts what was asked over restarts', async () => {
    const folder = await folderWithoutMdns();
    const answer = await mindmesh(['chat', question, '--json', '--data', folder]);
    const { tokens } = JSON.parse(answer.out) as { tokens: number };
    await serve(folder, '--no-shards');
    const connection = await findHost(dataFolderAt(folder));
    onTestFinished(() => connection?.close());
    expect(await connection?.call('usage', {})).toMatchObject({
      answers: 1,
      tokensReceived: tokens,
    });
    expect(hostSnapshotSchema.safeParse(connection?.snapshot()).success).toBe(true);
  });

  it('says which port is taken when the API cannot have it', async () => {
    const first = await serve(await temporaryFolder(), '--no-shards');
    const port = new URL((await settledStatus(first.folder)).api.baseUrl).port;
    const folder = await temporaryFolder();
    const flags = ['--no-shards', '--api-port', port];
    const second = await mindmesh(['serve', '--data', folder, ...alone, ...flags]);
    expect(second).toMatchObject({ code: 1, out: '' });
    expect(second.err).toContain(port);
    expect(second.err.trim().split('\n')).toHaveLength(1);
  });
});

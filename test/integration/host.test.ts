import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chatRequestSchema, type ChatEvent } from '../../src-shared/chat.ts';
import { hostSnapshotSchema } from '../../src-shared/api/snapshot.ts';
import type { Host } from '../../src-main/host/host.ts';
import { eventually, eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { logOf, standInHost } from '../support/host/host-stand-in.ts';

async function readyHost(...args: Parameters<typeof standInHost>): Promise<Host> {
  const host = await standInHost(...args);
  await host.ready;
  return host;
}

async function ask(
  host: Host,
  content: string,
  onText: (abort: AbortController) => void = () => {},
): Promise<string> {
  let text = '';
  const abort = new AbortController();
  const collect = (event: ChatEvent): void => {
    if (event.type === 'text') {
      text += event.text;
      onText(abort);
    }
  };
  const request = { model: 'demo', messages: [{ role: 'user', content }] };
  await host.chat(chatRequestSchema.parse(request), collect, abort.signal);
  return text;
}

describe('a host', () => {
  it('starts its node with what the settings say and tells so in its snapshot', async () => {
    const folder = await temporaryFolder();
    const host = await readyHost({ dataFolder: folder, overrides: { peers: ['/ip4/10.0.0.2'] } });
    const snapshot = hostSnapshotSchema.parse(host.snapshot());
    expect(snapshot).toMatchObject({
      state: 'running',
      fault: null,
      dataFolder: folder,
      api: { baseUrl: 'http://127.0.0.1:45678/v1' },
      node: { shards: [{ model: 'MindMesh Demo' }], peers: [{ peer: '/ip4/10.0.0.2' }] },
    });
    expect((await host.call('apiKey', {})).key).toMatch(/^mm-[\w-]{43}$/);
  });

  it('keeps key, log and database for their owner alone, and the key over restarts', async () => {
    const folder = await temporaryFolder();
    const first = await readyHost({ dataFolder: folder });
    const { key } = await first.call('apiKey', {});
    await first.stop();
    for (const file of ['api-key', 'mindmesh.sqlite', join('logs', 'mindmesh.log')]) {
      expect([file, (await stat(join(folder, file))).mode & 0o077]).toEqual([file, 0]);
    }
    await chmod(join(folder, 'api-key'), 0o644);
    const second = await readyHost({ dataFolder: folder });
    expect(await second.call('apiKey', {})).toEqual({ key });
    expect((await stat(join(folder, 'api-key'))).mode & 0o077).toBe(0);
  });

  it('refuses a key that could be guessed', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'api-key'), 'password\n');
    await expect(standInHost({ dataFolder: folder })).rejects.toMatchObject({
      code: 'data-folder-unusable',
      message: expect.stringContaining('Delete it to get a new one'),
    });
  });

  it('streams a chat and writes down what was used', async () => {
    const host = await readyHost();
    expect(await ask(host, 'what is this')).toBe('what is this ');
    expect(await host.call('usage', {})).toMatchObject({ answers: 1, tokensReceived: 3 });
  });

  it('fails a chat at once when the node dies, starts the node again, and answers the next', async () => {
    const folder = await temporaryFolder();
    const host = await readyHost({ dataFolder: folder });
    await expect(ask(host, 'die')).rejects.toMatchObject({
      code: 'child-failed',
      message: expect.stringContaining('restarts automatically'),
    });
    // The question comes while the node is down; the host waits for the node.
    expect(await ask(host, 'and now')).toBe('and now ');
    expect(host.snapshot().state).toBe('running');
    await host.stop();
    expect(await logOf(folder)).toContain('as asked');
  });

  it('ends a node that hangs, tells why its chats end, and answers the next', async () => {
    const folder = await temporaryFolder();
    const host = await readyHost({ dataFolder: folder });
    const [pid] = host.snapshot().node?.shards.map((shard) => shard.pid) ?? [];
    process.kill(pid ?? 0, 'SIGSTOP');
    // The node sends nothing for twenty seconds first.
    await expect(ask(host, 'are you there')).rejects.toMatchObject({ code: 'child-failed' });
    expect(await ask(host, 'and now')).toBe('and now ');
    await host.stop();
    expect(await logOf(folder)).toMatch(/it gave no sign of life for 2\d seconds/);
  });

  it('shows why its node does not run, and recovers when the reason is gone', async () => {
    const host = await standInHost({ overrides: { apiPort: 1 } });
    await expect(host.ready).rejects.toMatchObject({ code: 'port-taken' });
    expect(host.snapshot()).toMatchObject({
      state: 'faulted',
      fault:
        'Port 1, for the API, is taken by another program. MindMesh tries again automatically.',
      node: null,
    });
    await host.call('changeSettings', { apiPort: 2 });
    expect(host.snapshot()).toMatchObject({ state: 'running', fault: null });
  });

  it('tells how a node ended that never got ready', async () => {
    const host = await standInHost({ overrides: { peers: ['/crash/at/start'] } });
    await expect(host.ready).rejects.toMatchObject({
      code: 'child-failed',
      message: 'The mesh node ended before it was ready (exit code 4; it last said: no such peer).',
    });
  });

  it('stops an answer as soon as its asker wants, and tells the node', async () => {
    const folder = await temporaryFolder();
    const host = await readyHost({ dataFolder: folder });
    await expect(ask(host, 'never end', (abort) => abort.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
    await eventuallyTrue('told', async () => (await logOf(folder)).includes('chat cancelled'));
  });

  it('survives what it does not understand, and keeps secrets out of the log', async () => {
    const folder = await temporaryFolder();
    const host = await readyHost({ dataFolder: folder });
    expect(await ask(host, 'talk nonsense')).toBe('talk nonsense ');
    await host.stop();
    const log = await logOf(folder);
    expect(log).toContain('Not understood from the mesh node');
    expect(log).not.toContain('mm-secret');
    expect(log).not.toContain((await host.call('apiKey', {})).key);
    expect(log).not.toContain('talk nonsense');
  });

  it('changes settings while the node runs, and starts it anew for what it has for life', async () => {
    const host = await readyHost();
    const pid = host.snapshot().node?.shards[0]?.pid;
    await host.call('changeSettings', {
      shards: [{ model: 'demo', layers: { firstLayer: 0, lastLayer: 3 } }],
    });
    const changed = await eventually('other shards', () =>
      host.snapshot().node?.shards.find((shard) => shard.lastLayer === 3),
    );
    expect(changed.pid).toBe(pid);

    await host.call('changeSettings', { peers: ['/ip4/10.0.0.3'] });
    const live = host.snapshot().node;
    expect(live?.peers.map(({ peer }) => peer)).toEqual(['/ip4/10.0.0.3']);
    expect(live?.shards[0]?.pid).toBe(pid);

    await host.call('changeSettings', { listen: ['/ip4/127.0.0.1/tcp/0'] });
    const { node } = host.snapshot();
    expect(node?.peers.map(({ peer }) => peer)).toEqual(['/ip4/10.0.0.3']);
    expect(node?.shards[0]).toMatchObject({ lastLayer: 3 });
    expect(node?.shards[0]?.pid).not.toBe(pid);
  });

  it('remembers changed settings, not those of one run', async () => {
    const folder = await temporaryFolder();
    const first = await readyHost({ dataFolder: folder, overrides: { mdns: false, threads: 3 } });
    expect(await first.call('settings', {})).toMatchObject({ mdns: false, threads: 3 });
    expect(await first.call('changeSettings', { threads: 2 })).toMatchObject({ threads: 2 });
    await first.stop();
    const second = await readyHost({ dataFolder: folder });
    expect(await second.call('settings', {})).toMatchObject({ mdns: true, threads: 2 });
  });

  it('refuses settings that make no sense, and changes nothing', async () => {
    const host = await readyHost();
    await expect(host.call('changeSettings', { threads: -1 })).rejects.toMatchObject({
      code: 'setting-invalid',
      message: expect.stringContaining('threads'),
    });
    expect(await host.call('settings', {})).toMatchObject({ threads: null });
  });

  it('takes a setting back that its node cannot apply, and runs as before', async () => {
    const folder = await temporaryFolder();
    const host = await readyHost({ dataFolder: folder });
    await expect(host.call('changeSettings', { apiPort: 1, threads: 2 })).rejects.toMatchObject({
      code: 'port-taken',
    });
    expect(await host.call('settings', {})).toMatchObject({ apiPort: 0, threads: null });
    expect(host.snapshot()).toMatchObject({ state: 'running', fault: null });
    await host.stop();
    const second = await readyHost({ dataFolder: folder, overrides: {} });
    expect(await second.call('settings', {})).toMatchObject({ threads: null });
  });

  it('imports and removes models, and shows an import under way', async () => {
    const host = await readyHost();
    const seen: unknown[] = [];
    host.onSnapshot(() => seen.push(...(host.snapshot().imports ?? [])));
    const imported = await host.call('importModel', { path: '/models/a.gguf', alias: 'a' });
    expect(imported).toMatchObject({ alias: 'a' });
    expect(seen).toContainEqual({ path: '/models/a.gguf', doneBytes: 50, totalBytes: 100 });
    expect(host.snapshot().imports).toEqual([]);
    await expect(host.call('importModel', { path: '/etc/passwd' })).rejects.toMatchObject({
      code: 'gguf-invalid',
    });
    expect(await host.call('removeModel', { model: 'a' })).toMatchObject({ alias: 'a' });
  });

  it('leaves nothing behind when it stops, and answers that it is stopped', async () => {
    const folder = await temporaryFolder();
    const host = await readyHost({ dataFolder: folder });
    const pid = host.snapshot().node?.shards[0]?.pid ?? 0;
    await host.stop();
    expect(isAlive(pid)).toBe(false);
    await expect(readFile(join(folder, 'host.json'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(ask(host, 'still there')).rejects.toMatchObject({ code: 'not-running' });
  });
});

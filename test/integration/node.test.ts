/** The node process as its host sees it: its identity, its models and shards, and that nothing of it stays behind. */
import { endingDuty, pausedDuty } from '../support/host/paused-duty.ts';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import { NodeProcess, type NodeProcessConfig } from '../support/host/node-process.ts';
import { descendantsOf } from '../support/host/process-children.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const gatewayKey = 'mm-key-of-a-node-under-test';
const model = smallModel.name;
const lower = { firstLayer: 0, lastLayer: 1 };
const upper = { firstLayer: 2, lastLayer: 3 };

async function start(config: NodeProcessConfig = {}): Promise<NodeProcess> {
  const node = await NodeProcess.start(config);
  onTestFinished(() => node.stop());
  return node;
}

async function modelFile(): Promise<string> {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path);
  return path;
}

/** A port that is taken until the test is over, or until it is freed. */
async function takePort(): Promise<{ port: number; free: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const free = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  onTestFinished(free);
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, free };
}

describe('a node’s identity', () => {
  it('is stored in its data folder for its owner alone, and lasts over restarts and power cuts', async () => {
    const dataFolder = await temporaryFolder();
    const first = await start({ dataFolder });
    const { peer } = first.status;
    expect((await stat(join(dataFolder, 'identity.key'))).mode & 0o777).toBe(0o600);
    await first.stop();
    const second = await start({ dataFolder });
    expect(second.status.peer).toBe(peer);
    await second.kill();
    expect((await start({ dataFolder })).status.peer).toBe(peer);
  });
});

describe('a node that cannot start', () => {
  it.each([
    ['mesh', (port: number) => ({ listen: [`/ip4/127.0.0.1/tcp/${port}`] })],
    ['gateway', (port: number) => ({ gateway: { port, apiKey: gatewayKey } })],
  ])(
    'names the port of its %s that is taken, leaves nothing, and may try again',
    async (_, entry) => {
      const { port, free } = await takePort();
      const dataFolder = await temporaryFolder();
      const node = await NodeProcess.launch(dataFolder);
      onTestFinished(() => node.stop());
      const config = {
        dataFolder,
        bundledModels: [await modelFile()],
        shards: [{ model }],
        listen: ['/ip4/127.0.0.1/tcp/0'],
        mdns: false,
        gateway: { port: 0, apiKey: gatewayKey },
        engine: { threads: 1, backend: 'cpu' as const },
        ...entry(port),
      };
      await expect(node.request('start', config)).rejects.toMatchObject({
        code: 'port-taken',
        message: expect.stringContaining(String(port)),
      });
      expect(await descendantsOf(node.pid)).toEqual([]);
      await expect(node.request('status', {})).rejects.toMatchObject({ code: 'not-running' });
      await free();
      expect(await node.request('start', config)).toMatchObject({ shards: [{ model }] });
      await node.untilServing();
    },
  );
});

describe('the shards of a node', () => {
  it('are what its peers hear of, as soon as they change', async () => {
    const path = await modelFile();
    const hosting = await start({ bundledModels: [path] });
    const watching = await start({ staticPeers: hosting.status.addresses });
    const untilHeard = (ranges: readonly object[]) =>
      watching.until(
        ({ peers }) =>
          peers.length === 1 &&
          JSON.stringify(
            peers[0]?.shards.map(({ firstLayer, lastLayer }) => ({ firstLayer, lastLayer })),
          ) === JSON.stringify(ranges),
        `the peer hosts ${JSON.stringify(ranges)}`,
      );
    await untilHeard([]);
    expect(watching.status.models).toEqual([]);

    await hosting.configure({ shards: [{ model, layers: lower }] });
    expect((await untilHeard([lower])).models).toMatchObject([
      { name: model, path: null, available: false },
    ]);
    await hosting.untilServing();
    const [pid = 0] = hosting.enginePids;

    await hosting.configure({
      shards: [
        { model, layers: upper },
        { model, layers: lower },
      ],
    });
    expect((await untilHeard([lower, upper])).models).toMatchObject([{ available: true }]);
    await hosting.untilServing();
    // Shards that are in both configurations go on undisturbed.
    expect(hosting.enginePids).toContain(pid);
    const { done } = await watching.ask({
      model,
      messages: [{ role: 'user', content: 'Who hosts you?' }],
      maxTokens: 5,
    });
    expect(done.receipts[0]?.stages).toMatchObject([lower, upper]);

    await hosting.configure({ shards: [] });
    await untilHeard([]);
    await eventuallyTrue('the engine is gone', () => !isAlive(pid));
  });

  it('take nothing new once they drain and are gone when paused, while the node stays and asks its peers', async () => {
    const config = { bundledModels: [await modelFile()], shards: [{ model }] };
    const other = await start(config);
    const node = await start({ ...config, staticPeers: other.status.addresses });
    await Promise.all([node.untilServing(), other.untilServing()]);
    await node.until(({ peers }) => peers[0]?.shards.length === 1, 'the peer’s shard is known');
    await other.until(({ peers }) => peers[0]?.shards.length === 1, 'this node’s shard is known');
    const asked = { model, messages: [{ role: 'user' as const, content: 'Who?' }], maxTokens: 2 };
    const answeredBy = async (): Promise<string | undefined> =>
      (await node.ask(asked)).done.receipts[0]?.stages[0]?.peer;
    expect(await answeredBy()).toBe(node.status.peer);

    const [engine = 0] = node.enginePids;
    await node.request('setWork', {
      state: 'draining',
      answersOwner: false,
      reason: endingDuty,
    });
    expect(await answeredBy()).toBe(other.status.peer);
    expect(isAlive(engine)).toBe(true);
    await node.request('setWork', {
      state: 'paused',
      answersOwner: false,
      reason: pausedDuty(),
    });
    expect(isAlive(engine)).toBe(false);
    expect(await answeredBy()).toBe(other.status.peer);

    // Peers know of it: with its own engine gone too, the other node knows no peer to ask.
    await other.configure({ shards: [] });
    await expect(other.ask(asked)).rejects.toMatchObject({ code: 'no-route' });
    await expect(node.ask(asked)).rejects.toMatchObject({
      code: 'no-route',
      message: expect.stringMatching(/\. Paused: a game is running\.$/),
    });
    await node.request('setWork', { state: 'serving', answersOwner: true, reason: null });
    await node.untilServing();
    expect(await answeredBy()).toBe(node.status.peer);
  });

  it('answer their own user while they are paused for all others, and load only when asked', async () => {
    const config = { bundledModels: [await modelFile()], shards: [{ model }] };
    const pause = {
      state: 'paused',
      answersOwner: true,
      reason: pausedDuty('in use', { code: 'in-use', minutes: 5 }),
    } as const;
    const node = await start({ ...config, work: pause });
    const other = await start({ ...config, shards: [], staticPeers: node.status.addresses });
    await other.until(({ peers }) => peers[0]?.connected === true, 'the peers know each other');
    const asked = { model, messages: [{ role: 'user' as const, content: 'Who?' }], maxTokens: 2 };
    expect(node.status.shards).toMatchObject([{ state: 'idle', pid: null }]);
    expect(node.status.models).toMatchObject([{ name: model, available: true }]);

    await expect(other.ask(asked)).rejects.toMatchObject({ code: 'no-route' });
    expect(node.enginePids).toEqual([]);
    expect((await node.ask(asked)).done.receipts[0]?.stages).toMatchObject([
      { peer: node.status.peer },
    ]);
    await node.until(({ shards }) => shards[0]?.state === 'serving', 'the engine is told of');
    const [engine = 0] = node.enginePids;
    await node.request('setWork', {
      ...pause,
      reason: pausedDuty('CPU busy', { code: 'processor-busy', percent: 20 }),
    });
    expect(isAlive(engine)).toBe(true);
    await expect(other.ask(asked)).rejects.toMatchObject({ code: 'no-route' });

    await node.request('setWork', { ...pause, answersOwner: false, reason: pausedDuty() });
    expect(isAlive(engine)).toBe(false);
    // The processes that make prompts of text are gone, too.
    await vi.waitFor(async () => expect(await descendantsOf(node.pid)).toEqual([]), 2000);
    await expect(node.ask(asked)).rejects.toMatchObject({ code: 'no-route' });
  });

  it('stay as they were when an entry makes no sense', async () => {
    const node = await start({ bundledModels: [await modelFile()], shards: [{ model }] });
    await node.untilServing();
    const before = node.enginePids;
    const nonsense: [object, string][] = [
      [{ model: 'No such model' }, 'model-not-found'],
      [{ model, layers: { firstLayer: 2, lastLayer: 4 } }, 'setting-invalid'],
    ];
    for (const [entry, code] of nonsense) {
      const shards = [{ model, layers: lower }, entry as { model: string }];
      await expect(node.configure({ shards })).rejects.toMatchObject({ code });
    }
    await node.until(() => true, 'asked again');
    expect(node.enginePids).toEqual(before);
  });
});

describe('a model', () => {
  it('can be hosted under its alias once imported, and leaves nothing but its file when removed', async () => {
    const path = await modelFile();
    const dataFolder = await temporaryFolder();
    const node = await start({ dataFolder });
    const entry = await node.request('importModel', { path, alias: 'mine' });
    expect(entry).toMatchObject({ name: model, alias: 'mine', path, available: false });
    await node.configure({
      shards: [
        { model: 'mine', layers: lower },
        { model: 'mine', layers: upper },
      ],
    });
    await node.untilServing();
    const question = { model: 'mine', messages: [{ role: 'user' as const, content: 'Hello?' }] };
    expect((await node.ask({ ...question, maxTokens: 5 })).done.completionTokens).toBe(5);
    await expect(node.request('removeModel', { model: 'mine' })).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringContaining('Stop hosting it first'),
    });

    await node.stop();
    const again = await start({ dataFolder });
    expect(again.status.models).toMatchObject([{ manifestId: entry.manifestId, alias: 'mine' }]);
    const shardFolder = join(dataFolder, 'models', 'shards', entry.manifestId);
    expect((await readdir(shardFolder)).length).toBeGreaterThan(1);
    expect(await again.request('removeModel', { model: 'mine' })).toMatchObject({ path });
    await again.until(({ models }) => models.length === 0, 'the model is forgotten');
    expect(existsSync(shardFolder)).toBe(false);
    expect(existsSync(path)).toBe(true);
  });

  it('that came with the app cannot be removed', async () => {
    const node = await start({ bundledModels: [await modelFile()] });
    await expect(node.request('removeModel', { model })).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringContaining('comes with the app'),
    });
    expect((await node.request('status', {})).models).toHaveLength(1);
  });

  it('that is none, or damaged, is refused, and the node starts without it', async () => {
    const folder = await temporaryFolder();
    const node = await start({ bundledModels: [join(folder, 'gone.gguf')], shards: [{ model }] });
    expect(node.status).toMatchObject({ models: [], shards: [] });
    expect(node.logs.join('\n')).toMatch(/comes with the app cannot be used.+is not hosted/s);
    const bad: [string, string][] = [
      [join(folder, 'gone.gguf'), 'model-not-found'],
      [folder, 'gguf-invalid'],
      [process.execPath, 'gguf-invalid'],
    ];
    for (const [path, code] of bad) {
      await expect(node.request('importModel', { path })).rejects.toMatchObject({ code });
    }
  });
});

/** A node in the middle of an answer, with all processes that it started. */
async function answering(): Promise<{
  node: NodeProcess;
  pids: number[];
  over: Promise<unknown>;
}> {
  const node = await start({ bundledModels: [await modelFile()], shards: [{ model }] });
  await node.untilServing();
  const begun = Promise.withResolvers<void>();
  const { over } = node.chat(
    { model, messages: [{ role: 'user', content: 'Tell me everything.' }], maxTokens: 1900 },
    () => begun.resolve(),
  );
  const outcome = over.catch((error: unknown) => error);
  await begun.promise;
  const pids = [...new Set([...node.enginePids, ...(await descendantsOf(node.pid))])];
  expect(pids.every(isAlive)).toBe(true);
  return { node, pids, over: outcome };
}

describe('the end of a node', () => {
  it('comes when its host disconnects, in the middle of an answer, and leaves no process', async () => {
    const { node, pids } = await answering();
    const since = performance.now();
    await node.disconnect();
    expect(performance.now() - since).toBeLessThan(3000);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('comes in order when it is asked to stop: the answer ends first, and no process is left', async () => {
    const { node, pids, over } = await answering();
    await node.stop();
    expect(await over).toMatchObject({ code: 'cancelled' });
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('takes its engines along also when it is killed', async () => {
    const { node, pids } = await answering();
    await node.kill();
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), 10_000);
  });
});

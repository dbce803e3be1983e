/** What people do to model files and names, on real nodes: copying, overwriting, importing again, equal names. */
import { pausedDuty } from '../support/host/paused-duty.ts';
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NodeProcess, type NodeProcessConfig } from '../support/host/node-process.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const apiKey = 'mm-key-of-models-under-hands';

async function start(config: NodeProcessConfig = {}): Promise<NodeProcess> {
  const node = await NodeProcess.start({
    gateway: { port: 0, apiKey },
    engine: { threads: 1, backend: 'cpu', contextLength: 512 },
    ...config,
  });
  onTestFinished(() => node.stop());
  return node;
}

async function modelFile(name: string, seed = 1): Promise<string> {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path, { name, seed });
  return path;
}

function ask(node: NodeProcess, model: string): Promise<string> {
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  return node
    .ask({ model, messages, sampling: { temperature: 0 }, maxTokens: 12 })
    .then(({ text }) => text);
}

type Listed = {
  id: string;
  x_mindmesh: { manifest_id: string; context_length: number; usable_context_length: number };
};

async function api(node: NodeProcess, path: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${node.status.gatewayPort}/v1/${path}`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  return response.json();
}

async function listed(node: NodeProcess): Promise<Listed[]> {
  return ((await api(node, 'models')) as { data: Listed[] }).data;
}

describe('a copy of a hosted file, imported under another name', () => {
  it('leaves the model in service, under both names', async () => {
    const node = await start();
    const path = await modelFile('Small');
    const { manifestId } = await node.request('importModel', { path, alias: 'one' });
    await node.configure({ shards: [{ model: 'one' }] });
    await node.untilServing();
    const before = await ask(node, 'one');
    const [pid] = node.enginePids;

    const copy = `${path}.copy.gguf`;
    await copyFile(path, copy);
    expect(await node.request('importModel', { path: copy, alias: 'two' })).toMatchObject({
      manifestId,
      wasKnown: true,
      isHosted: true,
      replaced: null,
      alias: 'one',
      otherAliases: ['two'],
      path,
    });
    expect([await ask(node, 'one'), await ask(node, 'two')]).toEqual([before, before]);
    await node.until(({ shards }) => shards.length > 0, 'a status');
    expect(node.enginePids).toEqual([pid]);
  });
});

describe('a hosted file that is written over in place', () => {
  it('answers nothing from then on, and what it holds now after it was imported again', async () => {
    const node = await start();
    const path = await modelFile('Small');
    await node.request('importModel', { path, alias: 'one' });
    await node.configure({ shards: [{ model: 'one' }] });
    await node.untilServing();
    const before = await ask(node, 'one');

    // The file always has weights, as with a program that overwrites it piece by piece.
    await writeFile(path, await readFile(await modelFile('Newer', 2)), { flag: 'r+' });
    await expect(ask(node, 'one')).rejects.toMatchObject({
      message: expect.stringMatching(/has changed/),
    });
    const { shards } = await node.until(
      (status) => status.shards[0]?.state === 'faulted',
      'the shard is stopped',
    );
    expect(shards[0]?.failure).toMatchObject({ code: 'model-changed' });
    expect(shards[0]?.fault).toMatch(/[Ii]mport it again/);

    expect(await node.request('importModel', { path, alias: 'one' })).toMatchObject({
      alias: 'one',
      name: 'Newer',
      wasKnown: false,
      isHosted: true,
      replaced: { name: 'Small', wasHosted: true },
    });
    await node.untilServing();
    const after = await ask(node, 'one');
    expect(after).not.toBe(before);
    expect(node.status.models.map(({ name }) => name)).toEqual(['Newer']);
  });

  it('is loaded from a sound copy where there is one', async () => {
    const node = await start();
    const path = await modelFile('Small');
    const copy = `${path}.copy.gguf`;
    await copyFile(path, copy);
    const { manifestId } = await node.request('importModel', { path });
    await node.request('importModel', { path: copy });
    await node.configure({ shards: [{ model: manifestId }] });
    await node.untilServing();
    const before = await ask(node, 'Small');
    const [pid = 0] = node.enginePids;

    await writeFile(path, await readFile(await modelFile('Newer', 2)), { flag: 'r+' });
    await node.until(
      ({ shards }) => shards.some((shard) => shard.state === 'serving' && shard.pid !== pid),
      'the copy is served',
    );
    expect(await ask(node, 'Small')).toBe(before);
  });
});

describe('a hosted file that is moved away before the first question', () => {
  it('is told of, is still answered from while it is loaded, and no longer told of when it is back', async () => {
    const node = await start();
    const path = await modelFile('Small');
    await node.request('importModel', { path, alias: 'one' });
    await node.configure({ shards: [{ model: 'one' }] });
    await node.untilServing();
    await rename(path, `${path}.moved`);
    const { warnings } = await node.until(
      (status) => status.warnings?.length === 1,
      'the missing file is told of',
    );
    expect(warnings).toEqual([expect.stringContaining(`The file ${path} of Small is missing`)]);
    expect(await ask(node, 'one')).not.toBe('');

    // Without its engine, too, before a question finds out.
    await node.request('setWork', { state: 'paused', answersOwner: true, reason: null });
    await node.until(
      ({ shards, warnings: told }) => shards[0]?.state === 'idle' && told?.length === 1,
      'the missing file is told of while the shard is not loaded',
    );
    await rename(`${path}.moved`, path);
    await node.until((status) => status.warnings?.length === 0, 'nothing is missing any more');
  });
});

describe('a model of the library that is not hosted', () => {
  it('is refused with what to do', async () => {
    const node = await start();
    await node.request('importModel', { path: await modelFile('Small'), alias: 'one' });
    await expect(ask(node, 'one')).rejects.toMatchObject({
      code: 'no-route',
      message:
        'Small cannot answer now: no peer in reach hosts any of its 4 layers. This machine has the model in its library, but does not host it; host it here to have it answer.',
    });
  });
});

describe('two models of one name', () => {
  it('are listed and asked under names of their own, with the context that can be used', async () => {
    const node = await start();
    const ids: string[] = [];
    for (const seed of [1, 2]) {
      const path = await modelFile('Same Name', seed);
      ids.push((await node.request('importModel', { path })).manifestId);
    }
    await node.configure({ shards: ids.map((model) => ({ model })) });
    await node.untilServing();
    const models = await listed(node);
    expect(models.map(({ id }) => id)).toEqual(
      models.map((model) => `Same Name:${model.x_mindmesh.manifest_id.slice(0, 8)}`),
    );
    expect(models.map(({ x_mindmesh: facts }) => facts)).toMatchObject(
      models.map(() => ({ context_length: smallModel.contextLength, usable_context_length: 512 })),
    );
    const [first = '', second = ''] = await Promise.all(models.map(({ id }) => ask(node, id)));
    expect(first).not.toBe(second);
    const [{ x_mindmesh: facts } = { x_mindmesh: { manifest_id: '' } }] = models;
    expect(await ask(node, facts.manifest_id.slice(0, 12))).toBe(first);
    expect(await api(node, `models/${facts.manifest_id.slice(0, 8)}`)).toEqual(models[0]);
    await expect(ask(node, 'Same Name')).rejects.toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining('means several models'),
    });
  });

  it('mean the own weights, also while these are idle, never those of another machine', async () => {
    const strangersFile = await modelFile('Same Name', 2);
    const stranger = await start({
      bundledModels: [strangersFile],
      shards: [{ model: 'Same Name' }],
    });
    await stranger.untilServing();
    const node = await start({ staticPeers: stranger.status.addresses });
    await node.untilAvailable('Same Name');
    const strangersText = await ask(node, 'Same Name');

    const path = await modelFile('Same Name', 1);
    const { manifestId } = await node.request('importModel', { path });
    await node.configure({ shards: [{ model: 'Same Name' }] });
    await node.until(({ shards }) => shards[0]?.manifestId === manifestId, 'the own one is hosted');
    await node.untilServing();
    const ownText = await ask(node, 'Same Name');
    expect(ownText).not.toBe(strangersText);

    await node.request('setWork', {
      state: 'paused',
      answersOwner: false,
      reason: pausedDuty('user', { code: 'asked', choice: 'indefinitely', until: null }),
    });
    await expect(ask(node, 'Same Name')).rejects.toMatchObject({
      code: 'no-route',
      message: expect.stringMatching(/ layers\. Paused: you paused it until you resume it\.$/),
    });
    const [strangers] = await listed(node);
    expect(strangers?.x_mindmesh.manifest_id).not.toBe(manifestId);
    expect(await ask(node, strangers?.id ?? '')).toBe(strangersText);
  });
});

it('a node without a choice hosts the model that came with it, whatever others are called', async () => {
  const dataFolder = await temporaryFolder();
  const config = { dataFolder, bundledModels: [await modelFile('Bundled')], shards: null };
  const first = await start(config);
  await first.untilServing();
  const [bundled] = first.status.shards;
  await first.request('importModel', { path: await modelFile('Bundled', 2), alias: 'Bundled' });
  await first.stop();

  const second = await start(config);
  expect(second.status.shards.map(({ manifestId }) => manifestId)).toEqual([bundled?.manifestId]);
});

describe('a model that cannot be loaded', () => {
  it('is told to questions about it, and not to questions about another one', async () => {
    const node = await start();
    const broken = await modelFile('Broken');
    const good = await modelFile('Good', 2);
    await node.request('importModel', { path: broken });
    await node.request('importModel', { path: good });
    await node.configure({ shards: [{ model: 'Broken' }, { model: 'Good' }] });
    await node.untilServing();
    await ask(node, 'Broken');
    await writeFile(broken, 'This is no model any more.');
    await node.until(
      ({ shards }) =>
        shards.some(({ state }) => state === 'faulted') &&
        shards.some(({ state }) => state === 'serving'),
      'one serves and one does not',
    );
    await ask(node, 'Good');
    await expect(ask(node, 'Broken')).rejects.toMatchObject({
      message: expect.stringMatching(/has changed since it was imported\. Import it again\.$/),
    });
    await node.request('setWork', {
      state: 'paused',
      answersOwner: false,
      reason: pausedDuty('fault cool-down', { code: 'failed', message: 'It failed', retryAt: 0 }),
    });
    const refused = await ask(node, 'Good').catch((error: unknown) => String(error));
    expect(refused).toMatch(/is paused after failures to load\.$/);
    expect(refused).not.toContain('Broken');
    await expect(ask(node, 'Broken')).rejects.toMatchObject({
      message: expect.stringMatching(/is paused after failures to load\. .+ Import it again\.$/),
    });
  });
});

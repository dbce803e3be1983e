/**
 * Layers that are hosted where their model is not: downloaded from peers because of a setting, or because the mesh
 * needs them.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { assumedBufferBytes } from '../../src-worker/node/hosting/placement-models.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { NodeProcess, type NodeProcessConfig } from '../support/host/node-process.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { transferModel } from '../support/models/transfer-parts.ts';

const lower = { firstLayer: 0, lastLayer: 1 };
const upper = { firstLayer: 2, lastLayer: 3 };

async function start(config: NodeProcessConfig = {}): Promise<NodeProcess> {
  const node = await NodeProcess.start(config);
  onTestFinished(() => node.stop());
  return node;
}

/** A node that hosts the model in two halves, and a peer that needs it. */
async function startOwner(
  options: Parameters<typeof writeRandomModel>[1] = {},
): Promise<{ owner: NodeProcess; model: string; bytes: number }> {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path, options);
  const { name: model } = { ...smallModel, ...options };
  const last = { firstLayer: 2, lastLayer: (options?.layers ?? smallModel.layers) - 1 };
  const owner = await start({
    bundledModels: [path],
    shards: [
      { model, layers: lower },
      { model, layers: last },
    ],
  });
  await owner.untilServing();
  return { owner, model, bytes: (await stat(path)).size };
}

/** Sizes of the shards that a node has stored, by their layers. */
async function shardsOf(node: NodeProcess): Promise<Record<string, number>> {
  const folder = join(node.dataFolder, 'models', 'shards');
  const names = (await readdir(folder, { recursive: true }).catch(() => [])).filter((name) =>
    /\d+-\d+\.gguf$/.test(name),
  );
  const sizes = names.map(async (name) => [
    /(\d+-\d+)\.gguf$/.exec(name)?.[1] ?? '',
    (await stat(join(folder, name))).size,
  ]);
  return Object.fromEntries(await Promise.all(sizes)) as Record<string, number>;
}

const ranges = (status: NodeStatus): string[] =>
  status.shards.map(({ firstLayer, lastLayer }) => `${firstLayer}-${lastLayer}`).toSorted();

describe('a model that only peers have', () => {
  it('is hosted by setting: its layers alone are fetched, and then computed for others', async () => {
    const { owner, model } = await startOwner();
    const question = {
      model,
      messages: [{ role: 'user' as const, content: 'Hello' }],
      sampling: { temperature: 0 },
      maxTokens: 12,
    };
    const { text } = await owner.ask(question);

    const host = await start({ staticPeers: owner.status.addresses });
    await host.untilAvailable(model);
    await host.configure({ shards: [{ model, layers: upper }] });
    await host.until(({ shards }) => shards[0]?.state === 'serving', 'the layers are hosted');
    expect(Object.keys(await shardsOf(host))).toEqual(['2-3']);
    expect(host.status.models).toMatchObject([
      { name: model, path: null, isStored: true, available: true },
    ]);

    // A node that has only the other half needs this one.
    await owner.configure({ shards: [{ model, layers: lower }] });
    await owner.until((status) => ranges(status).length === 1, 'the owner hosts one half');
    const asking = await start({
      staticPeers: [...owner.status.addresses, ...host.status.addresses],
    });
    await asking.untilAvailable(model);
    const answer = await asking.ask(question);
    expect(answer.text).toBe(text);
    expect(answer.done.receipts[0]?.stages.map(({ peer }) => peer)).toEqual([
      owner.status.peer,
      host.status.peer,
    ]);
    expect(await asking.request('route', { model })).toMatchObject({
      model,
      stages: [
        { peer: owner.status.peer, ...lower, isOwn: false },
        { peer: host.status.peer, ...upper, isOwn: false },
      ],
    });
    await expect(
      asking.request('route', { model, rules: { regions: ['EU'] } }),
    ).rejects.toMatchObject({ code: 'no-route', message: expect.stringContaining('regions EU') });

    await expect(host.request('removeModel', { model })).rejects.toMatchObject({
      code: 'request-invalid',
    });
    await host.configure({ shards: [] });
    await host.request('removeModel', { model });
    expect(await shardsOf(host)).toEqual({});
  });

  it('is waited for when no peer of an earlier run is there yet', async () => {
    const { owner, model } = await startOwner();
    const host = await start({ shards: [{ model, layers: upper }] });
    expect(host.status.shards).toEqual([]);
    await owner.configure({ shards: [{ model }] });
    const watching = await start({
      staticPeers: [...host.status.addresses, ...owner.status.addresses],
      shards: [{ model, layers: lower }],
    });
    await watching.until((status) => ranges(status)[0] === '0-1', 'the model is hosted');
    await watching.untilServing();
  });

  it('comes as fast as the owner allows, who may change that at any moment, and is shown as it comes', async () => {
    const { owner, model, bytes } = await startOwner(transferModel);
    const host = await start({
      staticPeers: owner.status.addresses,
      hosting: { downloadBytesPerSecond: 500_000 },
    });
    await host.untilAvailable(model);
    const layers = { firstLayer: 4, lastLayer: 5 };
    const begun = performance.now();
    const fetched = host.request('downloadModel', { model, layers });
    const { downloads = [] } = await host.until(
      (status) => (status.downloads?.[0]?.doneBytes ?? 0) > 0,
      'the download is shown',
    );
    expect(downloads).toMatchObject([{ model, layers, sources: 1 }]);
    const total = downloads[0]?.totalBytes ?? 0;
    expect(total).toBeGreaterThan(5e6);
    expect(total).toBeLessThan(bytes * 0.6);
    expect(downloads[0]?.doneBytes).toBeLessThan(total / 2);
    // At this rate, the rest would take half a minute.
    await host.configure({ hosting: {} });
    await fetched;
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(Object.keys(await shardsOf(host))).toEqual(['4-5']);
    expect((await host.request('status', {})).downloads).toEqual([]);
  });

  it('is found with a peer that has some of it and hosts nothing', async () => {
    const { owner, model } = await startOwner();
    const keeper = await start({ staticPeers: owner.status.addresses });
    await keeper.untilAvailable(model);
    await keeper.request('downloadModel', { model, layers: upper });
    const [shard] = Object.values(await shardsOf(keeper));

    await owner.stop();
    const late = await start({ staticPeers: keeper.status.addresses });
    await late.until(({ models }) => models.some(({ name }) => name === model), 'it is heard of');
    expect(late.status.models).toMatchObject([{ name: model, available: false }]);
    await late.request('downloadModel', { model, layers: upper });
    expect(await shardsOf(late)).toEqual({ '2-3': shard });

    // A peer that has deleted the model reports that.
    await late.request('removeModel', { model });
    await keeper.request('removeModel', { model });
    await late.until(({ models }) => models.length === 0, 'it is nowhere any more');
  });

  it('is in the catalog of a pool whose owner offers it, and comes from the peers that have it', async () => {
    const { owner, model } = await startOwner();
    await owner.request('poolCreate', { name: 'Friends' });
    const offer = { model, licence: 'MIT' };
    const { id } = await owner.request('poolOffer', offer);
    const member = await start({ staticPeers: owner.status.addresses });
    const { link } = await owner.request('poolInvite', { role: 'member', uses: 1, lifeMs: 60_000 });
    await member.request('poolJoin', { link });
    await member.until(({ models }) => models.some(({ name }) => name === model), 'it is hosted');
    await eventuallyTrue('its offer is heard of', async () => {
      const [entry] = await member.request('catalog', {});
      return entry?.id === id && entry.pool?.name === 'Friends' && !entry.isHere;
    });
    await member.request('downloadModel', { model: id });
    expect(await member.request('catalog', {})).toMatchObject([{ id, isHere: true }]);
    expect(Object.keys(await shardsOf(member))).toEqual(['0-3']);
    await expect(member.request('poolOffer', offer)).rejects.toMatchObject({
      code: 'unauthorised',
    });
  });

  it('can be called off, and goes on from there when it is asked for again', async () => {
    const { owner, model } = await startOwner(transferModel);
    const host = await start({
      staticPeers: owner.status.addresses,
      hosting: { downloadBytesPerSecond: 2_000_000 },
    });
    await host.untilAvailable(model);
    const layers = { firstLayer: 4, lastLayer: 5 };
    const fetched = host.request('downloadModel', { model, layers });
    const outcome = fetched.catch((error: unknown) => error);
    await host.until(
      (status) => (status.downloads?.[0]?.doneBytes ?? 0) > 0,
      'the download is shown',
    );
    await host.request('cancelDownload', { model });
    expect(await outcome).toMatchObject({ code: 'cancelled' });
    await host.until(({ downloads }) => downloads?.length === 0, 'the download has ended');
    await expect(host.request('cancelDownload', { model })).rejects.toMatchObject({
      code: 'model-not-found',
    });
    await host.configure({ hosting: {} });
    await host.request('downloadModel', { model, layers });
    expect(Object.keys(await shardsOf(host))).toEqual(['4-5']);
  });

  it('does not come where the disk limit leaves no room, and the owner is told why', async () => {
    const { owner, model } = await startOwner(transferModel);
    const host = await start({
      staticPeers: owner.status.addresses,
      hosting: { diskBytes: 1_000_000 },
    });
    await host.untilAvailable(model);
    const all = { model, layers: { firstLayer: 0, lastLayer: 5 } };
    await expect(host.request('downloadModel', all)).rejects.toMatchObject({
      code: 'data-folder-unusable',
      message: expect.stringContaining('limit'),
    });
    await expect(host.request('downloadModel', { model: 'No such' })).rejects.toMatchObject({
      code: 'model-not-found',
    });
  });
});

/** Within a limit of the disk. */
function automatic(diskBytes: number | null) {
  return {
    hosting: { mode: 'automatic', memoryBytes: 1e9, diskBytes, lookEveryMs: 300 },
    engine: { threads: 1, backend: 'cpu', contextLength: 256 },
  } as const;
}

describe('nodes that choose what they host', () => {
  it('take over the thinnest layers of what is asked for, and fetch these alone', async () => {
    const { owner, model } = await startOwner(transferModel);
    // Room for the layers of one half with caches and buffers, but not for both halves.
    const small = {
      hosting: { mode: 'automatic', memoryBytes: assumedBufferBytes + 30e6, lookEveryMs: 500 },
      engine: { threads: 1, backend: 'cpu', contextLength: 256 },
    } as const;
    const one = await start({ ...small, staticPeers: owner.status.addresses });
    const known = [...owner.status.addresses, ...one.status.addresses];
    const other = await start({ ...small, staticPeers: known });
    await Promise.all([one.untilAvailable(model), other.untilAvailable(model)]);
    expect([...one.status.shards, ...other.status.shards]).toEqual([]);

    const asking = await start({
      staticPeers: [...known, ...other.status.addresses],
      hosting: { demandEveryMs: 500 },
    });
    await asking.untilAvailable(model);
    await asking.ask({
      model,
      messages: [{ role: 'user', content: 'Hello' }],
      sampling: { temperature: 0 },
      maxTokens: 8,
    });
    await asking.until(
      ({ peers }) =>
        ['0-1', '2-5'].every(
          (range) =>
            peers.filter(({ shards }) =>
              shards.some(({ firstLayer, lastLayer }) => `${firstLayer}-${lastLayer}` === range),
            ).length > 1,
        ),
      'every layer has a second host',
    );
    for (const node of [one, other]) {
      const status = await node.request('status', {});
      expect(Object.keys(await shardsOf(node)).toSorted()).toEqual(ranges(status));
    }
  });

  it('fetch the smallest in demand first, then larger ones, and nothing beyond the disk limit', async () => {
    const { owner, model: large } = await startOwner(transferModel);
    const small = join(await temporaryFolder(), 'small.gguf');
    await writeRandomModel(small, smallModel);
    await owner.request('importModel', { path: small });
    await owner.configure({
      shards: [{ model: large }, { model: smallModel.name }],
    });
    await owner.until(
      ({ shards }) => shards.length === 2 && shards.every(({ state }) => state === 'serving'),
      'both are hosted',
    );
    // Room for the small one, whose buffers count too, but not for both.
    const fresh = await start({
      ...automatic(assumedBufferBytes + 20e6),
      staticPeers: owner.status.addresses,
    });
    const asking = await start({
      staticPeers: [...owner.status.addresses, ...fresh.status.addresses],
      hosting: { demandEveryMs: 500 },
    });
    for (const model of [large, smallModel.name]) {
      await asking.untilAvailable(model);
      const messages = [{ role: 'user' as const, content: 'Hello' }];
      await asking.ask({ model, messages, sampling: { temperature: 0 }, maxTokens: 8 });
    }
    await fresh.until(({ shards }) => shards[0]?.state === 'serving', 'the small one is hosted');
    expect(fresh.status.shards.map(({ model }) => model)).toEqual([smallModel.name]);
    expect((await fresh.request('modelStorage', {})).usedBytes).toBeLessThan(20e6);
    await fresh.configure(automatic(null));
    await fresh.until(
      ({ shards }) => shards.length === 2 && shards.every(({ state }) => state === 'serving'),
      'the larger one is hosted too',
    );
    await fresh.configure(automatic(0));
    await fresh.until(({ shards }) => shards.length === 0, 'nothing is hosted');
  });
});

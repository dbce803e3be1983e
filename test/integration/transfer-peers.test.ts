/** Model bytes between peers over real connections: from several at once, and from some that lie. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGguf } from '../../src-worker/gguf/read.ts';
import { Bitmap } from '../../src-worker/node/transfer/bitmap.ts';
import {
  chunkKinds,
  chunkProtocol,
  encodeNumber,
} from '../../src-worker/node/transfer/chunk-messages.ts';
import type { SourceFault } from '../../src-worker/node/transfer/source-pool.ts';
import { TokenBucket } from '../../src-worker/node/base/token-bucket.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import {
  addModel,
  cutBytes,
  fetchFrom,
  someLayers,
  startOwner,
  startTransferNode,
  transferModel,
  whileTesting,
} from '../support/models/transfer-parts.ts';

let folder = '';
let path = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mindmesh-transfer-'));
  path = join(folder, 'model.gguf');
  await writeRandomModel(path, transferModel);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const quick = { stallMs: 500, lateMs: 200, lookMs: 100, patienceMs: 1500 };

describe('fetching layers from peers', () => {
  it('takes them from several at once, and nothing but them crosses the wire', async () => {
    const owner = await startOwner(path);
    const owners = [owner, await startOwner(path), await startOwner(path)];
    const node = await startTransferNode();
    const model = owner.model;
    const { downloads, received, faults } = await fetchFrom(node, model, owners);
    await downloads.add(model.manifestId, whileTesting());
    const beforeLayers = received.bytes;

    const shard = await node.library.shardPath(model.manifestId, someLayers);

    const expected = await cutBytes(owner, model, someLayers);
    expect((await readFile(shard)).equals(expected)).toBe(true);
    expect(faults).toEqual([]);
    for (const { given } of owners) {
      expect(given.bytes).toBeGreaterThan(1024 * 1024);
    }
    const layers = received.bytes - beforeLayers;
    // Half of the model has the size of three of its six layers.
    expect(layers).toBeGreaterThan(expected.byteLength * 0.95);
    expect(layers).toBeLessThan(expected.byteLength * 1.02);
    expect(layers).toBeLessThan(model.summary.sizeBytes * 0.55);
  });

  it('gives on what it has, to a node that knows no other peer', async () => {
    const owner = await startOwner(path);
    const middle = await startTransferNode();
    const first = await fetchFrom(middle, owner.model, [owner]);
    await first.downloads.add(owner.model.manifestId, whileTesting());
    await middle.library.shardPath(owner.model.manifestId, someLayers);

    const last = await startTransferNode();
    const { downloads } = await fetchFrom(last, owner.model, [middle]);
    await downloads.add(owner.model.manifestId, whileTesting());
    const shard = await last.library.shardPath(owner.model.manifestId, {
      firstLayer: 2,
      lastLayer: 3,
    });
    const expected = await cutBytes(owner, owner.model, { firstLayer: 2, lastLayer: 3 });
    expect((await readFile(shard)).equals(expected)).toBe(true);
    expect(middle.given.bytes).toBeGreaterThan(expected.byteLength * 0.95);
  });

  it('takes layers that another shard on this machine has from there', async () => {
    const owner = await startOwner(path);
    const node = await startTransferNode();
    const { downloads } = await fetchFrom(node, owner.model, [owner]);
    await downloads.add(owner.model.manifestId, whileTesting());
    await node.library.shardPath(owner.model.manifestId, someLayers);
    const before = owner.given.bytes;
    await node.library.shardPath(owner.model.manifestId, { firstLayer: 2, lastLayer: 4 });
    // One of the three layers is new.
    expect(owner.given.bytes - before).toBeLessThan(before * 0.4);
    expect(owner.given.bytes - before).toBeGreaterThan(before * 0.25);
  });

  it('gets a whole model and runs it from one file', async () => {
    const owner = await startOwner(path);
    const node = await startTransferNode();
    const { downloads } = await fetchFrom(node, owner.model, [owner]);
    await downloads.add(owner.model.manifestId, whileTesting());
    const all = { firstLayer: 0, lastLayer: transferModel.layers - 1 };
    const file = await openGguf(await node.library.shardPath(owner.model.manifestId, all));
    await file.close();
    expect(file.header.tensors.length).toBe(owner.model.manifest.tensors.length);
    expect(await node.library.usedBytes()).toBeGreaterThan(owner.model.summary.sizeBytes * 0.99);
  });

  it('drops a peer that sends wrong bytes, fetches its chunks again, and tells', async () => {
    const honest = await startOwner(path, { upload: new TokenBucket(8_000_000) });
    const liar = await startOwner(path, {
      spoil: (model) => ({
        read: async (chunk) => {
          const bytes = Buffer.from((await model.read(chunk)) ?? []);
          bytes.writeUInt8(bytes.readUInt8(bytes.byteLength - 1) ^ 1, bytes.byteLength - 1);
          return bytes;
        },
      }),
    });
    const node = await startTransferNode();
    await addModel(node, honest);
    const { faults } = await fetchFrom(node, honest.model, [liar, honest], { times: quick });
    const shard = await node.library.shardPath(honest.model.manifestId, someLayers);
    const expected = await cutBytes(honest, honest.model, someLayers);
    expect((await readFile(shard)).equals(expected)).toBe(true);
    expect(faults).toEqual([
      expect.objectContaining({ id: liar.peer.channels.peer, kind: 'peer', fault: 'lied' }),
    ]);
    // At most the chunks that were under way when the first wrong one was seen.
    expect(liar.given.bytes).toBeLessThan(8 * 1024 * 1024);
  });

  it('drops a peer that sends wrong hashes', async () => {
    const told = Promise.withResolvers<SourceFault>();
    const honest = await startOwner(path, {
      // The honest peer waits until the lying one has sent something.
      spoil: (model) => ({
        leaves: async (tensor) => {
          await told.promise;
          return await model.leaves(tensor);
        },
      }),
    });
    const liar = await startOwner(path, {
      spoil: (model) => ({
        leaves: async (tensor) => Buffer.alloc((await model.leaves(tensor))?.byteLength ?? 0, 7),
      }),
    });
    const node = await startTransferNode();
    await addModel(node, honest);
    await fetchFrom(node, honest.model, [liar, honest], { onFault: told.resolve });
    await node.library.shardPath(honest.model.manifestId, someLayers);
    expect(await told.promise).toMatchObject({ id: liar.peer.channels.peer, fault: 'lied' });
    expect(liar.given.bytes).toBe(0);
  });

  it('goes on with others when a peer dies in the middle', async () => {
    const slow = { upload: new TokenBucket(6_000_000) };
    const dying = await startOwner(path, slow);
    const staying = await startOwner(path);
    const node = await startTransferNode();
    await addModel(node, staying);
    const { faults } = await fetchFrom(node, staying.model, [dying, staying], {
      times: quick,
      download: new TokenBucket(12_000_000),
      onProgress: (_id, _range, { doneBytes, totalBytes }) => {
        if (doneBytes > totalBytes / 3) {
          void dying.peer.libp2p.stop();
        }
      },
    });
    const shard = await node.library.shardPath(staying.model.manifestId, someLayers);
    const expected = await cutBytes(staying, staying.model, someLayers);
    expect((await readFile(shard)).equals(expected)).toBe(true);
    expect(dying.given.bytes).toBeGreaterThan(0);
    expect(faults.every(({ id }) => id === dying.peer.channels.peer)).toBe(true);
  });

  it('replaces a peer that stops sending, and asks others for what it delayed', async () => {
    let answers = 0;
    const stalled = await startOwner(path, {
      spoil: (model) => ({
        read: async (chunk) => {
          answers += 1;
          return answers < 3 ? await model.read(chunk) : await new Promise(() => {});
        },
      }),
    });
    const honest = await startOwner(path);
    const node = await startTransferNode();
    await addModel(node, honest);
    const faults: string[] = [];
    const stall = Promise.withResolvers<void>();
    await fetchFrom(node, honest.model, [stalled, honest], {
      times: quick,
      // Slow enough that the stall is noticed before everything has arrived.
      download: new TokenBucket(10_000_000),
      onFault: ({ id, fault }) => {
        faults.push(`${id === stalled.peer.channels.peer ? 'stalled' : 'honest'} ${fault}`);
        stall.resolve();
      },
    });
    const shard = await node.library.shardPath(honest.model.manifestId, someLayers);
    const expected = await cutBytes(honest, honest.model, someLayers);
    expect((await readFile(shard)).equals(expected)).toBe(true);
    await stall.promise;
    expect(faults).toContain('stalled stalled');
    expect(faults).not.toContain('honest lied');
  });
});

describe('what is not to be had', () => {
  it('is said when no peer gives it, and what came before stays for the next time', async () => {
    const half = await startOwner(path, {
      spoil: (model) => ({
        have: async () => {
          await model.have();
          const have = new Bitmap(model.map.count);
          for (let chunk = 0; chunk < model.map.count; chunk += 2) {
            have.set(chunk);
          }
          return have;
        },
      }),
    });
    const node = await startTransferNode();
    await addModel(node, half);
    await fetchFrom(node, half.model, [half], { times: quick });
    const fetched = node.library.shardPath(half.model.manifestId, someLayers);
    await expect(fetched).rejects.toMatchObject({
      code: 'no-route',
      message: expect.stringContaining('What was downloaded is kept'),
    });
    const before = half.given.bytes;
    expect(before).toBeGreaterThan(1024 * 1024);

    const owner = await startOwner(path);
    await fetchFrom(node, owner.model, [owner], { times: quick });
    const shard = await node.library.shardPath(owner.model.manifestId, someLayers);
    const expected = await cutBytes(owner, owner.model, someLayers);
    expect((await readFile(shard)).equals(expected)).toBe(true);
    expect(owner.given.bytes + before).toBeLessThan(expected.byteLength * 1.02);
  });

  it('is not sent while the node may not, and a transfer under way ends at once', async () => {
    let mayServe = true;
    const owner = await startOwner(path, { mayServe: () => mayServe });
    const node = await startTransferNode();
    await addModel(node, owner);
    const { faults } = await fetchFrom(node, owner.model, [owner], {
      times: quick,
      onProgress: () => {
        mayServe = false;
        owner.service.interrupt();
      },
    });
    await expect(node.library.shardPath(owner.model.manifestId, someLayers)).rejects.toMatchObject({
      code: 'no-route',
    });
    expect(owner.given.bytes).toBeLessThan(6 * 1024 * 1024);
    expect(faults).toMatchObject([{ fault: 'failed', reason: expect.stringContaining('reset') }]);
  });
});

it('a peer that may not serve says so', async () => {
  const owner = await startOwner(path, { mayServe: () => false });
  const node = await startTransferNode();
  await addModel(node, owner);
  const { faults } = await fetchFrom(node, owner.model, [owner], { times: quick });
  await expect(node.library.shardPath(owner.model.manifestId, someLayers)).rejects.toMatchObject({
    code: 'no-route',
  });
  expect(faults[0]).toMatchObject({ fault: 'failed', reason: 'This peer sends no bytes now' });
  expect(owner.given.bytes).toBe(0);
});

describe('limits', () => {
  it('hold for what is sent and for what is fetched', async () => {
    const rate = 8_000_000;
    for (const limited of ['upload', 'download']) {
      const bucket = new TokenBucket(rate);
      const owner = await startOwner(path, limited === 'upload' ? { upload: bucket } : {});
      const node = await startTransferNode();
      await addModel(node, owner);
      await fetchFrom(
        node,
        owner.model,
        [owner],
        limited === 'download' ? { download: bucket } : {},
      );
      const startedAt = performance.now();
      await node.library.shardPath(owner.model.manifestId, someLayers);
      const seconds = (performance.now() - startedAt) / 1000;
      // The bytes of the first second may go at once, and the last chunk may exceed the rate.
      const least = (owner.given.bytes - rate - 1024 * 1024) / rate;
      expect(least).toBeGreaterThan(0.5);
      expect(seconds).toBeGreaterThan(least);
      expect(seconds).toBeLessThan(least * 2 + 2);
    }
  });

  it.each([
    ['a chunk that the model does not have', chunkKinds.chunk, encodeNumber(1_000_000)],
    ['a tensor that it does not have', chunkKinds.leaves, encodeNumber(1_000_000)],
    ['something cut off', chunkKinds.chunk, Buffer.alloc(3)],
    ['something longer than a question', chunkKinds.chunk, Buffer.alloc(100)],
    ['another model on the same channel', chunkKinds.open, Buffer.from('{}')],
  ])('end the channel of a peer that asks for %s, and nothing else', async (_, kind, body) => {
    const owner = await startOwner(path);
    const node = await startTransferNode();
    await node.peer.libp2p.dial(owner.peer.libp2p.getMultiaddrs());
    const channel = await node.peer.channels.openChannel(
      owner.peer.channels.peer,
      chunkProtocol,
      () => 2 * 1024 * 1024,
      whileTesting(),
    );
    const ended = new Promise((resolve) => {
      channel.onClose(resolve);
    });
    const opened = Promise.withResolvers<void>();
    channel.onFrame(() => opened.resolve());
    const { manifestId } = owner.model;
    await channel.send(chunkKinds.open, Buffer.from(JSON.stringify({ manifestId })));
    await opened.promise;
    await channel.send(kind, body).catch(() => undefined);
    expect(await ended).toMatchObject({ code: 'peer-failed' });

    await addModel(node, owner);
    await fetchFrom(node, owner.model, [owner]);
    await node.library.shardPath(manifestId, someLayers);
  });
});

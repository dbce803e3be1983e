/** A model that only its owner knows is neither reported nor sent to peers, however the owner uses it. */
import { pausedDuty } from '../support/host/paused-duty.ts';
import { join } from 'node:path';
import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WorkOrder } from '../../src-shared/api/node-config.ts';
import { headerKinds, headerProtocol } from '../../src-worker/node/headers/header-messages.ts';
import type { ProtocolName } from '../../src-worker/node/mesh/channels/channel.ts';
import {
  chunkKinds,
  chunkProtocol,
  encodeNumber,
} from '../../src-worker/node/transfer/chunk-messages.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { type ChannelPeer, startChannelPeer, startMesh } from '../support/mesh/mesh-peers.ts';
import { NodeProcess, type NodeProcessConfig } from '../support/host/node-process.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const unknownId = 'a'.repeat(64);
const serving: WorkOrder = { state: 'serving', answersOwner: true, reason: null };
const paused: WorkOrder = { state: 'paused', answersOwner: true, reason: pausedDuty() };

async function start(config: NodeProcessConfig = {}): Promise<NodeProcess> {
  const node = await NodeProcess.start({
    engine: { threads: 1, backend: 'cpu', contextLength: 256 },
    ...config,
  });
  onTestFinished(() => node.stop());
  return node;
}

async function modelFile(name: string, seed: number): Promise<string> {
  const path = join(await temporaryFolder(), `${name}.gguf`);
  await writeRandomModel(path, { ...smallModel, name, seed });
  return path;
}

const question = (model: string) => ({
  model,
  messages: [{ role: 'user' as const, content: 'A secret' }],
  maxTokens: 8,
});

/** Frames that a stranger gets in reply, as kind and text or size. */
async function answers(
  stranger: ChannelPeer,
  peer: string,
  protocol: ProtocolName,
  frames: readonly (readonly [number, Uint8Array])[],
): Promise<[number, string | number][]> {
  const channel = await stranger.channels.openChannel(
    peer,
    protocol,
    () => 64 * 1024 * 1024,
    AbortSignal.timeout(10_000),
  );
  const told: [number, string | number][] = [];
  const waiting = [...frames];
  return await new Promise((resolve, reject) => {
    const sendNext = (): void => {
      const [kind, body] = waiting.shift() ?? [];
      if (kind === undefined || body === undefined) {
        void channel.close();
      } else {
        channel.send(kind, body).catch(reject);
      }
    };
    channel.onClose(() => resolve(told));
    channel.onFrame(({ kind, body }) => {
      told.push([kind, body.byteLength < 300 ? body.toString('utf8') : body.byteLength]);
      if (protocol === chunkProtocol) {
        sendNext();
      }
    });
    sendNext();
  });
}

const asks = (manifestId: string): Buffer => Buffer.from(JSON.stringify({ manifestId }));

const askHeader = (stranger: ChannelPeer, node: NodeProcess, id: string) =>
  answers(stranger, node.status.peer, headerProtocol, [[headerKinds.request, asks(id)]]);

const askBytes = (stranger: ChannelPeer, node: NodeProcess, id: string) =>
  answers(stranger, node.status.peer, chunkProtocol, [
    [chunkKinds.open, asks(id)],
    [chunkKinds.chunk, encodeNumber(0)],
  ]);

async function strangerOf(node: NodeProcess): Promise<ChannelPeer> {
  const stranger = await startChannelPeer();
  await stranger.libp2p.dial(node.status.addresses.map((address) => multiaddr(address)));
  return stranger;
}

describe('a model that was imported and is not hosted', () => {
  it('is given to no peer, and none can tell it from one that is not here; once hosted it is', async () => {
    const node = await start();
    const { manifestId } = await node.request('importModel', {
      path: await modelFile('private', 99),
    });
    const stranger = await strangerOf(node);
    for (const work of [serving, paused]) {
      await node.request('setWork', work);
      const header = await askHeader(stranger, node, manifestId);
      expect(header).toEqual(await askHeader(stranger, node, unknownId));
      expect(header.map(([kind]) => kind)).toEqual([headerKinds.failed]);
      const bytes = await askBytes(stranger, node, manifestId);
      expect(bytes).toEqual(await askBytes(stranger, node, unknownId));
      expect(bytes.map(([kind]) => kind)).toEqual([chunkKinds.failed]);
    }
    await node.request('setWork', serving);
    await node.configure({ shards: [{ model: manifestId }] });
    await node.untilServing();
    expect((await askHeader(stranger, node, manifestId)).at(-1)?.[0]).toBe(headerKinds.end);
    const kinds = (await askBytes(stranger, node, manifestId)).map(([kind]) => kind);
    expect(kinds).toEqual([chunkKinds.have, chunkKinds.chunk]);
  });

  it('is given to members of the pool that it is offered in, and to them alone, until it is withdrawn', async () => {
    const node = await start();
    const { manifestId } = await node.request('importModel', {
      path: await modelFile('shared', 98),
    });
    await node.request('poolCreate', { name: 'Friends' });
    const { id } = await node.request('poolOffer', { model: 'shared', licence: 'MIT' });
    const { link } = await node.request('poolInvite', { role: 'member', uses: 1, lifeMs: 60_000 });
    const member = await startMesh({ staticPeers: node.status.addresses });
    await member.pools.join({ link });
    const ask = async (): Promise<number[]> => {
      const channel = await member.openChannel(
        node.status.peer,
        headerProtocol,
        () => 64 * 1024 * 1024,
        AbortSignal.timeout(10_000),
      );
      const kinds: number[] = [];
      const closed = new Promise<void>((resolve) => {
        channel.onClose(() => resolve());
      });
      channel.onFrame(({ kind }) => void kinds.push(kind));
      await channel.send(headerKinds.request, asks(manifestId));
      await closed;
      return kinds;
    };
    expect((await ask()).at(-1)).toBe(headerKinds.end);
    const stranger = await strangerOf(node);
    expect((await askHeader(stranger, node, manifestId)).map(([kind]) => kind)).toEqual([
      headerKinds.failed,
    ]);
    await node.request('poolWithdraw', { id });
    expect(await ask()).toEqual([headerKinds.failed]);
  });
});

describe('the demand that a record tells', () => {
  it('is of models that others offer, and never of what stays on own machines', async () => {
    const hosts = await start({
      bundledModels: [await modelFile('public', 1), await modelFile('also public', 2)],
      shards: [{ model: 'public' }, { model: 'also public' }],
    });
    const node = await start({
      staticPeers: hosts.status.addresses,
      bundledModels: [await modelFile('private', 3)],
      shards: [{ model: 'private' }],
      work: paused,
      routing: { ownMachines: [hosts.status.peer] },
      hosting: { demandEveryMs: 200 },
    });
    await node.untilAvailable('public');
    await node.untilAvailable('also public');
    const stranger = await startMesh({ staticPeers: node.status.addresses });
    await node.ask(question('private'));
    await node.ask({
      ...question('also public'),
      rules: { ownMachinesOnly: true },
    });
    await node.ask(question('public'));
    const record = () => stranger.knownPeer(node.status.peer)?.record;
    await eventuallyTrue('the demand is told', async () => record()?.demand !== undefined);
    const publicId = node.status.models.find(({ name }) => name === 'public')?.manifestId ?? '';
    expect(Object.keys(record()?.demand ?? {})).toEqual([publicId]);
    expect(record()).toMatchObject({ state: 'paused', models: [], shards: [] });
  });
});

describe('a model that was fetched', () => {
  it('from a member of a pool is not named to all peers; from a stranger it is', async () => {
    const owner = await start({
      bundledModels: [await modelFile('of the pool', 4)],
      shards: [{ model: 'of the pool' }],
    });
    await owner.request('poolCreate', { name: 'Friends' });
    const { link } = await owner.request('poolInvite', { role: 'member', uses: 1, lifeMs: 60_000 });
    const member = await start({ staticPeers: owner.status.addresses });
    const stranger = await start({ staticPeers: owner.status.addresses });
    await member.request('poolJoin', { link });
    for (const node of [member, stranger]) {
      await node.untilAvailable('of the pool');
      await node.request('downloadModel', {
        model: 'of the pool',
        layers: { firstLayer: 0, lastLayer: 1 },
      });
    }
    const watching = await startMesh({
      staticPeers: [...member.status.addresses, ...stranger.status.addresses],
    });
    const storedModels = (node: NodeProcess) => watching.knownPeer(node.status.peer)?.record.stores;
    await eventuallyTrue(
      'the stranger tells of it',
      async () => storedModels(stranger)?.length === 1,
    );
    await eventuallyTrue(
      'the member is heard of',
      async () => watching.knownPeer(member.status.peer)?.record.state === 'serving',
    );
    expect(storedModels(member)).toBeUndefined();
  });
});

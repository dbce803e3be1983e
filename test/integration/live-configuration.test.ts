/** Settings that a node changes while it runs: an answer that is streaming goes on to its end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAI } from 'openai';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ComputeShare, fullComputeShare } from '../../src-shared/compute-share.ts';
import type { WorkOrder } from '../../src-shared/api/node-config.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { NodeProcess, type NodeProcessConfig } from '../support/host/node-process.ts';
import { udpPortsOf } from '../support/host/udp-ports.ts';
import { longModel } from '../support/sessions/node-chain.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';

const apiKey = 'mm-key-of-a-node-that-changes';
const model = longModel.name;
/** A pace at which an answer takes seconds, so that a change falls into its middle. */
const slow = { workShare: 0.1, cpuShare: 1 };
const maxTokens = 200;

const mdnsPort = 5353;
const isLinux = process.platform === 'linux';

function serving(pace: ComputeShare): WorkOrder {
  return { state: 'serving', answersOwner: true, reason: null, pace };
}

async function start(config: NodeProcessConfig = {}): Promise<NodeProcess> {
  const node = await NodeProcess.start(config);
  onTestFinished(() => node.stop());
  return node;
}

type Streaming = {
  readonly isOver: () => boolean;
  /** Tokens of the whole answer, and why it ended. */
  readonly end: Promise<{ readonly tokens: number; readonly reason: string | null | undefined }>;
};

/** Begins an answer over HTTP; resolves when its first piece has arrived. */
async function beginAnswer(node: NodeProcess): Promise<Streaming> {
  const client = new OpenAI({
    baseURL: `http://127.0.0.1:${node.status.gatewayPort}/v1`,
    apiKey,
    maxRetries: 0,
  });
  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'Tell me everything.' }],
    max_tokens: maxTokens,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
  });
  const { promise: begun, resolve, reject } = Promise.withResolvers<void>();
  let isOver = false;
  const read = async (): Promise<Awaited<Streaming['end']>> => {
    let reason: string | null | undefined;
    let tokens = 0;
    for await (const chunk of stream) {
      resolve();
      reason = chunk.choices[0]?.finish_reason ?? reason;
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    return { tokens, reason };
  };
  const end = read().finally(() => {
    isOver = true;
  });
  end.catch(reject);
  await begun;
  return { end, isOver: () => isOver };
}

/** The HTTP status of a request to the API with this host name, and perhaps an origin. */
function statusFor(port: number, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/v1/models', agent: false };
    const request = get(
      { ...options, headers: { authorization: `Bearer ${apiKey}`, ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', reject);
  });
}

describe('while an answer streams over a peer', () => {
  let folder: string;
  let hosting: NodeProcess;
  let asking: NodeProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mindmesh-live-'));
    const path = join(folder, 'long.gguf');
    await writeRandomModel(path, longModel);
    hosting = await NodeProcess.start({
      bundledModels: [path],
      shards: [{ model }],
      engine: { threads: 1, backend: 'cpu', contextLength: longModel.contextLength },
      work: serving(slow),
    });
    await hosting.untilServing();
    asking = await NodeProcess.start({
      // A node that listens on this machine alone does not use UPnP.
      listen: ['/ip4/0.0.0.0/tcp/0'],
      staticPeers: hosting.status.addresses,
      gateway: { port: 0, apiKey },
    });
    await asking.untilAvailable(model);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([asking.stop(), hosting.stop()]);
    await rm(folder, { recursive: true });
  });

  /** Makes the change in the middle of an answer, which then has to reach the requested length. */
  async function expectAnswerWhile(change: () => Promise<unknown>): Promise<void> {
    const answer = await beginAnswer(asking);
    await change();
    expect(answer.isOver()).toBe(false);
    await hosting.request('setWork', serving(fullComputeShare));
    expect(await answer.end).toEqual({ tokens: maxTokens, reason: 'length' });
    await hosting.request('setWork', serving(slow));
  }

  const untilConnected = (peer: string): Promise<unknown> =>
    asking.until(
      ({ peers }) => peers.some((each) => each.peer === peer && each.connected),
      'the peer is connected',
    );

  it('a peer and a bootstrap node that are added are met, and those that are removed are let go', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    const former = hosting.status.addresses;
    await expectAnswerWhile(async () => {
      await asking.configure({ staticPeers: [...former, ...one.status.addresses] });
      await asking.configure({ bootstrap: other.status.addresses });
    });
    await untilConnected(one.status.peer);
    await untilConnected(other.status.peer);
    await expectAnswerWhile(() => asking.configure({ staticPeers: [], bootstrap: [] }));
    await asking.configure({ staticPeers: former });
  }, 120_000);

  it('an address that is none is refused, and nothing changes', async () => {
    await expectAnswerWhile(async () => {
      const refused = asking.configure({ staticPeers: ['nowhere'], mdns: true });
      await expect(refused).rejects.toMatchObject({ code: 'setting-invalid' });
    });
    expect(await asking.request('route', { model })).toMatchObject({ stages: [{}] });
  }, 60_000);

  it('rules hold for the next question', async () => {
    await expectAnswerWhile(() =>
      asking.configure({ routing: { rules: { ownMachinesOnly: true } } }),
    );
    await expect(asking.request('route', { model })).rejects.toMatchObject({ code: 'no-route' });
    await asking.configure({ routing: { ownMachines: [hosting.status.peer] } });
    expect(await asking.request('route', { model })).toMatchObject({ stages: [{}] });
    await asking.configure({ routing: {} });
  }, 60_000);

  it('price, region and limits of the peer that computes it are told and obeyed', async () => {
    await expectAnswerWhile(() =>
      hosting.configure({
        hosting: {
          price: 3,
          region: 'DE',
          memoryBytes: 1e9,
          diskBytes: 1e9,
          downloadBytesPerSecond: 1e6,
          uploadBytesPerSecond: 1e6,
        },
      }),
    );
    await asking.until(
      ({ peers }) => peers.some(({ region }) => region === 'DE'),
      'the region is told',
    );
    expect(await asking.request('route', { model })).toMatchObject({ stages: [{ price: 3 }] });
    await hosting.configure({ hosting: {} });
  }, 60_000);

  it.runIf(isLinux)(
    'mDNS is switched on and off',
    async () => {
      await expectAnswerWhile(() => asking.configure({ mdns: true }));
      await eventuallyTrue('it listens for mDNS', async () =>
        (await udpPortsOf(asking.pid)).includes(mdnsPort),
      );
      await expectAnswerWhile(() => asking.configure({ mdns: false }));
      expect(await udpPortsOf(asking.pid)).toEqual([]);
    },
    120_000,
  );

  it.runIf(isLinux)(
    'UPnP is switched on and off',
    async () => {
      // Its search lasts a few seconds, which on a busy machine are over before the answer is.
      const asks = eventuallyTrue(
        'it asks for a router',
        async () => (await udpPortsOf(asking.pid)).length > 0,
        60_000,
      );
      await Promise.all([asks, expectAnswerWhile(() => asking.configure({ upnp: true }))]);
      await expectAnswerWhile(() => asking.configure({ upnp: false }));
      expect(await udpPortsOf(asking.pid)).toEqual([]);
    },
    120_000,
  );

  it('the API is known by another name, and to another page', async () => {
    const { gatewayPort } = asking.status;
    expect(await statusFor(gatewayPort, { host: 'box.lan' })).toBe(403);
    await expectAnswerWhile(() =>
      asking.configure({
        gateway: { port: 0, apiKey, hosts: ['box.lan'], origins: ['https://app.example'] },
      }),
    );
    expect(await statusFor(gatewayPort, { host: 'box.lan' })).toBe(200);
    await asking.until((status) => status.gatewayPort === gatewayPort, 'the port is the same');
    await expectAnswerWhile(() => asking.configure({ gateway: { port: 0, apiKey } }));
    expect(await statusFor(gatewayPort, { host: 'box.lan' })).toBe(403);
  }, 120_000);

  it('the API moves to another port, and the answer at the former one goes on', async () => {
    const former = asking.status.gatewayPort;
    const spare = await start();
    const free = spare.status.gatewayPort;
    await expect(asking.configure({ gateway: { port: free, apiKey } })).rejects.toMatchObject({
      code: 'port-taken',
    });
    await spare.stop();
    await expectAnswerWhile(async () => {
      await asking.configure({ gateway: { port: free, apiKey } });
      expect(await statusFor(free, {})).toBe(200);
      await expect(statusFor(former, {})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });
    await asking.until(({ gatewayPort }) => gatewayPort === free, 'the port is told');
    await expectAnswerWhile(() => Promise.resolve());
  }, 120_000);

  it('a pool is made, joined, and made the only one to talk to', async () => {
    const stranger = await start({ staticPeers: asking.status.addresses });
    await untilConnected(stranger.status.peer);
    await expectAnswerWhile(() => asking.request('poolCreate', { name: 'Friends' }));
    const invite = { role: 'member', uses: 1, lifeMs: 60_000 } as const;
    const { link } = await asking.request('poolInvite', invite);
    await expectAnswerWhile(() => hosting.request('poolJoin', { link }));
    await expectAnswerWhile(() => asking.configure({ poolOnly: true }));
    await asking.until(
      ({ peers }) => !peers.some(({ peer }) => peer === stranger.status.peer),
      'the stranger is cut off',
    );
    await expectAnswerWhile(() => asking.configure({ poolOnly: false }));
    await untilConnected(stranger.status.peer);
  }, 180_000);

  it('other settings for engines load them anew once it has ended, and the node stays', async () => {
    const [before] = hosting.enginePids;
    await expectAnswerWhile(() =>
      hosting.configure({ engine: { threads: 1, backend: 'cpu', contextLength: 8192 } }),
    );
    await hosting.until(
      ({ shards: [shard] }) => shard?.state === 'serving' && shard.pid !== before,
      'the engine was started anew',
    );
    await asking.untilAvailable(model);
    await expectAnswerWhile(() => Promise.resolve());
  }, 120_000);
});

/**
 * A real node whose stages a peer attacks over TCP. Whatever it sends, an honest chat gets its answer afterwards from
 * the same engines, and no session is left.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stream } from '@libp2p/interface';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { samplingSchema } from '../../src-shared/model.ts';
import {
  maxOpenBytes,
  maxSegmentTokens,
} from '../../src-worker/node/sessions/protocol/stage-limits.ts';
import { stageKinds } from '../../src-worker/node/sessions/protocol/message-table.ts';
import {
  attachWithinMs,
  type OpenMessage,
} from '../../src-worker/node/sessions/protocol/stage-messages.ts';
import { encodeFrame } from '../../src-worker/wire/frame.ts';
import { ownSpeaks } from '../../src-worker/wire/speaks.ts';
import { type Segment, segmentHeaderBytes } from '../../src-worker/wire/segment.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import {
  outputTicket,
  sessionName,
  type StagePeer,
  ticket,
} from '../support/sessions/node-stage-peer.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { StageAttacker, endOf } from '../support/mesh/stage-attacker.ts';

const apiKey = 'mm-key-of-a-node-under-attack';
const maxSessions = 2;
const contextLength = 1024;
/** Channels without a session that one peer may have open to a node. */
const mostNewcomers = 16;

let folder: string;
let node: NodeProcess;
let engines: readonly number[];
let honestAnswer: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mindmesh-stage-'));
  const path = join(folder, 'model.gguf');
  await writeRandomModel(path);
  const model = smallModel.name;
  node = await NodeProcess.start({
    bundledModels: [path],
    shards: [
      { model, layers: { firstLayer: 0, lastLayer: 1 } },
      { model, layers: { firstLayer: 2, lastLayer: 3 } },
    ],
    gateway: { port: 0, apiKey },
    engine: { threads: 1, backend: 'cpu', maxSessions, contextLength },
  });
  await node.untilServing();
  engines = node.enginePids;
  honestAnswer = await askHonestly();
});
afterAll(async () => {
  await node.stop();
  await rm(folder, { recursive: true });
});

afterEach(expectUnharmed);

async function expectUnharmed(): Promise<void> {
  expect(await askHonestly()).toBe(honestAnswer);
  await untilNoSession();
  expect(node.enginePids).toEqual(engines);
}

/** A greedy answer of a few tokens over both halves of the model, through the gateway. */
async function askHonestly(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${node.status.gatewayPort}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: smallModel.name,
      messages: [{ role: 'user', content: 'Are you well?' }],
      temperature: 0,
      max_tokens: 8,
    }),
  });
  const body = await response.text();
  expect({ status: response.status, body }).toMatchObject({ status: 200 });
  return JSON.stringify(JSON.parse(body).choices);
}

async function untilNoSession(): Promise<void> {
  await node.until(
    ({ shards, requests }) =>
      requests.active === 0 && shards.every(({ sessions }) => sessions === 0),
    'no session is left',
  );
}

function isTold({ frames }: StagePeer): boolean {
  return frames.some(({ kind }) => kind === stageKinds.failed);
}

function soon(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(10_000) };
}

/** Opens this many streams at once; some may be refused. */
async function openMany(stranger: StageAttacker, count: number): Promise<Stream[]> {
  const opened = await Promise.allSettled(Array.from({ length: count }, () => stranger.stream()));
  return opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

function attacker(): Promise<StageAttacker> {
  return StageAttacker.start(node.status);
}

/** A frame's header that claims a body of so many bytes. */
function header(kind: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(kind, 4);
  return bytes;
}

/** A frame as it goes over the wire. */
function frame(kind: number, body: Uint8Array): Buffer {
  return Buffer.concat(encodeFrame(kind, body));
}

function message(kind: number, body: object): Buffer {
  return frame(kind, Buffer.from(JSON.stringify(body)));
}

/** The first bytes of hidden states of so many tokens. */
function partOfHidden(count: number): Buffer {
  const length = segmentHeaderBytes + count * smallModel.width * 4;
  return Buffer.concat([header(stageKinds.hidden, length), Buffer.alloc(1000)]);
}

const partOfOpen = Buffer.concat([header(stageKinds.open, maxOpenBytes), Buffer.alloc(1000)]);

function hidden(count: number, value = 0.5): Uint8Array {
  return new Uint8Array(new Float32Array(count * smallModel.width).fill(value).buffer);
}

/** A segment of these tokens. */
function tokens(...ids: readonly number[]): Pick<Segment, 'count' | 'values'> {
  return { count: ids.length, values: new Uint8Array(Int32Array.from(ids).buffer) };
}

/** A line of the kernel's report on the node process, in bytes. Linux only. */
async function memoryOf(line: 'VmPeak' | 'VmRSS'): Promise<number> {
  const report = await readFile(`/proc/${node.pid}/status`, 'utf8');
  return Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(report)?.[1]) * 1024;
}
const onLinux = process.platform === 'linux';

describe('bytes that are no frames', () => {
  it.each([
    ['garbage', randomBytes(4000).fill(0xff, 4, 8)],
    ['zeros', Buffer.alloc(1000)],
    ['a kind that no version has', header(256, 0)],
    ['HTTP', Buffer.from('GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ])('lose their stream: %s', async (_title, bytes) => {
    const stream = await (await attacker()).stream();
    stream.send(bytes);
    expect(await endOf(stream)).toBe('reset');
  });

  it('lose their stream when they end in the middle of a frame', async () => {
    const stream = await (await attacker()).stream();
    stream.send(Buffer.concat([header(stageKinds.open, 1000), Buffer.alloc(999)]));
    await stream.close();
    expect(await endOf(stream)).toBe('reset');
  });

  it.each([
    ['hidden states', stageKinds.hidden, 0xffff_fff0],
    ['an open', stageKinds.open, 0x4000_0000],
    ['`alive`, which has no body', stageKinds.alive, 0x4000_0000],
  ])(
    'lose their stream when they claim too much for %s, and no memory is taken',
    async (_title, kind, length) => {
      const peak = onLinux ? await memoryOf('VmPeak') : 0;
      const stream = await (await attacker()).stream();
      stream.send(header(kind, length));
      expect(await endOf(stream)).toBe('reset');
      expect((onLinux ? await memoryOf('VmPeak') : 0) - peak).toBeLessThan(512 * 1024 * 1024);
    },
  );
});

function openSession(stranger: StageAttacker): Promise<StagePeer> {
  return stranger.open(stranger.openHalf('last', { speaks: ownSpeaks }));
}

describe('a kind of message that only a later version speaks', () => {
  it.each<[string, (stranger: StageAttacker) => Promise<StagePeer>]>([
    ['on a channel without a session', (stranger) => stranger.channel()],
    ['on a control channel', openSession],
    [
      'on a data channel',
      async (stranger) => {
        await openSession(stranger);
        return stranger.attach();
      },
    ],
  ])('ends its stream in order, and no peer is blamed: %s', async (_title, open) => {
    const stranger = await attacker();
    const channel = await open(stranger);
    const before = node.logs.length;
    await channel.channel.send(99, Buffer.alloc(100_000));
    expect(await channel.hearFailure()).toEqual({
      code: 'not-spoken',
      message: 'A message of kind 99 is not spoken here',
      peer: node.status.peer,
    });
    await channel.untilClosed();
    await untilNoSession();
    expect(node.logs.slice(before).filter((line) => line.includes('went wrong'))).toEqual([]);
  });

  it('takes no memory, whatever it claims', async () => {
    const peak = onLinux ? await memoryOf('VmPeak') : 0;
    const stream = await (await attacker()).stream();
    stream.send(Buffer.concat([header(99, 0xffff_fff0), Buffer.alloc(100_000)]));
    await stream.close();
    expect(await endOf(stream)).toBe('closed');
    expect((onLinux ? await memoryOf('VmPeak') : 0) - peak).toBeLessThan(512 * 1024 * 1024);
  });
});

describe('a first word that makes no sense', () => {
  it.each<[string, number, Uint8Array]>([
    ['an open that is not JSON', stageKinds.open, Buffer.from([0x7b, 0xff, 0x00])],
    ['an open of a thousand brackets', stageKinds.open, Buffer.from('['.repeat(1000))],
    ['an open that lacks everything', stageKinds.open, Buffer.from('{}')],
    ['an attach without a ticket', stageKinds.attach, Buffer.from(`{"session":"${sessionName}"}`)],
  ])('is refused: %s', async (_title, kind, body) => {
    const channel = await (await attacker()).channel();
    await channel.channel.send(kind, body);
    expect(await channel.hearFailure()).toMatchObject({
      code: 'protocol-violation',
      peer: node.status.peer,
    });
    await channel.untilClosed();
  });
});

describe('an open that cannot be served', () => {
  it.each<[string, 'first' | 'last', Partial<OpenMessage>, string]>([
    ['layers that are not here', 'first', { layers: { firstLayer: 0, lastLayer: 2 } }, 'no-route'],
    ['another model', 'first', { manifestId: 'e'.repeat(64) }, 'no-route'],
    ['no output', 'first', { output: null }, 'protocol-violation'],
    ['more than the cache', 'first', { cells: contextLength + 1 }, 'context-too-long'],
    [
      'a next stage that is nobody',
      'first',
      { output: { peer: 'nobody', ticket: outputTicket } },
      'peer-failed',
    ],
    [
      'a grammar that is none',
      'last',
      { sampling: samplingSchema.parse({ grammar: 'root ::= ((((' }) },
      'request-invalid',
    ],
  ])('is refused: %s', async (_title, which, changes, code) => {
    const stranger = await attacker();
    const control = await stranger.channel();
    await control.say(stageKinds.open, stranger.openHalf(which, changes));
    expect(await control.hearFailure()).toMatchObject({ code });
    await control.untilClosed();
  });
});

describe('a next stage that the node knows nothing of', () => {
  it('is not dialled where a stranger says it is, and he is not told why', async () => {
    const knocks: unknown[] = [];
    const door = createServer((socket) => knocks.push(socket.destroy())).listen(0, '127.0.0.1');
    onTestFinished(() => void door.close());
    await once(door, 'listening');
    const { port } = door.address() as AddressInfo;
    const stranger = await attacker();
    const nobody = await attacker();
    nobody.vanish();
    const control = await stranger.channel();
    const named = { addresses: [`/ip4/127.0.0.1/tcp/${port}`], peer: nobody.peer };
    await control.say(stageKinds.open, {
      ...stranger.openHalf('first'),
      output: { ...named, ticket: outputTicket },
    });
    expect(await control.hearFailure()).toEqual({
      code: 'peer-failed',
      message: 'Its connection to the next stage could not be made',
      peer: nobody.peer,
    });
    await control.untilClosed();
    expect(knocks).toEqual([]);
  });
});

describe('an invalid segment ends its session', () => {
  it.each<[string, number, Partial<Segment>, string]>([
    ['a gap', stageKinds.tokens, { position: 1 }, 'protocol-violation'],
    [
      'a position at the end of 32 bits',
      stageKinds.tokens,
      { position: 0xffff_ffff },
      'protocol-violation',
    ],
    ['nothing', stageKinds.tokens, { count: 0, values: new Uint8Array(0) }, 'protocol-violation'],
    ['an absurd count', stageKinds.tokens, { count: 0xffff_ffff }, 'protocol-violation'],
    ['another session’s number', stageKinds.tokens, { session: 2 }, 'protocol-violation'],
    ['a token below the vocabulary', stageKinds.tokens, tokens(-1), 'request-invalid'],
    ['a token above the vocabulary', stageKinds.tokens, tokens(0x7fff_ffff), 'request-invalid'],
    [
      'more than it was opened for',
      stageKinds.tokens,
      tokens(...Array.from({ length: 101 }, () => 7)),
      'context-too-long',
    ],
  ])('in the first half: %s', async (_title, kind, segment, code) => {
    const stranger = await attacker();
    const control = await stranger.open(stranger.openHalf('first'));
    await control.sendSegment(kind, segment);
    expect(await control.hearFailure()).toMatchObject({ code, peer: node.status.peer });
    await control.untilClosed();
  });

  it.each<[string, number, Partial<Segment>]>([
    ['a gap', stageKinds.hidden, { position: 1, values: hidden(4) }],
    ['hidden states of another width', stageKinds.hidden, { values: hidden(4).subarray(4) }],
    ['hidden states that are not finite', stageKinds.hidden, { values: hidden(4, Number.NaN) }],
  ])('in the last half: %s', async (_title, kind, segment) => {
    const stranger = await attacker();
    const control = await stranger.open(stranger.openHalf('last'));
    const input = await stranger.attach();
    await input.sendSegment(kind, segment);
    const failure = await control.hearFailure();
    expect(failure).toMatchObject({ code: 'protocol-violation', peer: node.status.peer });
    // The neighbours on both sides get the same failure.
    expect(await input.hearFailure()).toEqual(failure);
    expect(await stranger.arrived[0]?.hearFailure()).toEqual(failure);
    await control.untilClosed();
  });
});

describe('a frame that has no place on its channel', () => {
  it.each<[string, Buffer]>([
    ['hidden states of many tokens', partOfHidden(10_000)],
    ['hidden states of a few tokens', partOfHidden(20)],
    ['tokens', frame(stageKinds.tokens, Buffer.alloc(28))],
    ['`closed`', frame(stageKinds.closed, Buffer.from('{}'))],
  ])('loses a channel without a session: %s', async (_title, bytes) => {
    const stranger = await attacker();
    const streams = await Promise.all(Array.from({ length: 10 }, () => stranger.stream()));
    for (const stream of streams) {
      stream.send(bytes);
    }
    expect(new Set(await Promise.all(streams.map(endOf)))).toEqual(new Set(['reset']));
  });

  it.each<[string, Buffer]>([
    ['hidden states', partOfHidden(20)],
    ['a second open', partOfOpen],
    ['a sampled token', frame(stageKinds.sampled, Buffer.alloc(28))],
  ])('loses a control channel, even right behind the open: %s', async (_title, bytes) => {
    const stranger = await attacker();
    const stream = await stranger.stream();
    stream.send(Buffer.concat([message(stageKinds.open, stranger.openHalf('first')), bytes]));
    expect(await endOf(stream)).toBe('reset');
    await untilNoSession();
  });

  it.each<[string, Buffer]>([
    [
      'more hidden states than the longest piece of a prompt has',
      partOfHidden(maxSegmentTokens + 1),
    ],
    ['a second open', partOfOpen],
    ['tokens', frame(stageKinds.tokens, Buffer.alloc(28))],
    ['a sampled token', frame(stageKinds.sampled, Buffer.alloc(28))],
  ])('loses a data channel, and its session knows by whom: %s', async (_title, bytes) => {
    const stranger = await attacker();
    const control = await stranger.open(stranger.openHalf('last'));
    const stream = await stranger.stream();
    stream.send(
      Buffer.concat([message(stageKinds.attach, { session: sessionName, ticket }), bytes]),
    );
    const failure = await control.hearFailure();
    expect(failure).toMatchObject({ code: 'protocol-violation', peer: stranger.peer });
    expect(await stranger.arrived[0]?.hearFailure()).toEqual(failure);
    expect(await endOf(stream)).toBe('reset');
  });
});

describe('a data channel whose session has ended', () => {
  it('is not listened to any more: what still comes is neither stored nor judged', async () => {
    const stranger = await attacker();
    const control = await stranger.open(stranger.openHalf('last'));
    const stream = await stranger.stream();
    stream.send(message(stageKinds.attach, { session: sessionName, ticket }));
    const ended = once(stream, 'remoteCloseWrite', soon());
    await control.channel.close();
    await ended;
    const before = node.logs.length;
    stream.send(Buffer.concat([header(99, 0xffff_ffff), Buffer.alloc(100_000)]));
    await stream.close();
    expect(await askHonestly()).toBe(honestAnswer);
    expect(node.logs.slice(before)).toEqual([]);
  });
});

describe('a peer that wants more than its share', () => {
  it('gets one data channel a ticket; a second one is refused and the session goes on', async () => {
    const stranger = await attacker();
    const control = await stranger.open(stranger.openHalf('last'));
    const input = await stranger.attach();
    const second = await stranger.attach();
    expect(await second.hearFailure()).toMatchObject({ code: 'protocol-violation' });
    await input.sendSegment(stageKinds.hidden, { values: hidden(4) });
    expect(await control.hearToken()).toMatchObject({ position: 4 });
    await control.channel.close();
  });

  it('gets so many sessions as there are but the owner’s, and all of them are free when it is gone', async () => {
    const stranger = await attacker();
    const names = ['5', '6'].map((digit) => digit.repeat(32));
    for (const session of names.slice(0, maxSessions - 1)) {
      await stranger.open(stranger.openHalf('first', { session }));
    }
    const control = await stranger.channel();
    await control.say(stageKinds.open, stranger.openHalf('first', { session: names.at(-1) ?? '' }));
    expect(await control.hearFailure()).toMatchObject({ code: 'over-capacity' });
    stranger.vanish();
    await untilNoSession();
  });

  it('gets so many streams, and the others are served while it keeps them open', async () => {
    const stranger = await attacker();
    const streams = await openMany(stranger, 140);
    const open = (): Stream[] => streams.filter(({ status }) => status === 'open');
    await vi.waitUntil(() => open().length <= mostNewcomers, { timeout: 5000 });
    const honest = await attacker();
    const control = await honest.open(honest.openHalf('last'));
    const input = await honest.attach();
    await input.sendSegment(stageKinds.hidden, { values: hidden(4) });
    expect(await control.hearToken()).toMatchObject({ position: 4 });
    await control.channel.close();
    expect(open()).toHaveLength(mostNewcomers);
  });

  it.runIf(onLinux)('cannot fill the memory with opens that it never ends', async () => {
    const before = await memoryOf('VmRSS');
    const almost = Buffer.alloc(8 + maxOpenBytes - 1);
    header(stageKinds.open, maxOpenBytes).copy(almost);
    const strangers = await Promise.all(Array.from({ length: 4 }, attacker));
    for (const stranger of strangers) {
      for (const stream of await openMany(stranger, 120)) {
        if (stream.status === 'open' && !stream.send(almost)) {
          await once(stream, 'drain', soon()).catch(() => {});
        }
      }
    }
    expect((await memoryOf('VmRSS')) - before).toBeLessThan(150 * 1024 * 1024);
    for (const stranger of strangers) {
      stranger.vanish();
    }
  });

  it.runIf(onLinux)(
    'cannot fill the memory with words that it never reads the answers to',
    async () => {
      const stranger = await attacker();
      const stream = await stranger.stream();
      const opened = once(stream, 'message', soon());
      stream.send(message(stageKinds.open, stranger.openHalf('first')));
      await opened;
      stream.pause();
      const before = await memoryOf('VmRSS');
      const words = Buffer.alloc(64 * 1024, header(stageKinds.alive, 0));
      for (let sent = 0; sent < 64; sent += 1) {
        if (!stream.send(words)) {
          await once(stream, 'drain', soon());
        }
      }
      expect((await memoryOf('VmRSS')) - before).toBeLessThan(100 * 1024 * 1024);
      stranger.vanish();
    },
  );
});

describe('a coordinator that vanishes in the middle of an answer', () => {
  it('leaves no session, and its sequences are free for others, however often', async () => {
    for (let round = 0; round <= maxSessions; round += 1) {
      const stranger = await attacker();
      const { peer } = node.status;
      const cells = contextLength / 2;
      const ring = { cells, lastPosition: cells };
      const controls = [
        await stranger.open(
          stranger.openHalf('first', {
            ...ring,
            output: { peer, ticket: outputTicket },
          }),
        ),
        await stranger.open(
          stranger.openHalf('last', {
            ...ring,
            inputTicket: outputTicket,
            output: { peer, ticket },
          }),
        ),
      ];
      await controls[0]?.sendSegment(stageKinds.tokens);
      const heard = [await controls[1]?.hearToken(), await controls[1]?.hearToken()];
      expect(heard.map((token) => token?.position)).toEqual([4, 5]);
      stranger.vanish();
      await untilNoSession();
    }
  });
});

describe('a peer that says too little', () => {
  it('is not waited for longer than the time limits, and others are served meanwhile', async () => {
    const stranger = await attacker();
    const half = await stranger.stream();
    half.send(header(stageKinds.open, 1000).subarray(0, 5));
    const late = [
      await stranger.channel(),
      await stranger.attach('4'.repeat(32)),
      await stranger.attach(ticket, '4'.repeat(32)),
      // Nothing attaches to this session: the two before have a wrong ticket or a wrong name.
      await stranger.open(stranger.openHalf('last')),
    ];
    const startedAt = performance.now();
    expect(await askHonestly()).toBe(honestAnswer);

    await vi.waitUntil(() => late.every(isTold), { timeout: 2 * attachWithinMs, interval: 100 });
    expect(performance.now() - startedAt).toBeGreaterThan(attachWithinMs - 1000);
    for (const channel of late) {
      expect(await channel.hearFailure()).toMatchObject({ code: 'timed-out' });
      await channel.untilClosed();
    }
    expect(await endOf(half)).toBe('reset');
  });
});

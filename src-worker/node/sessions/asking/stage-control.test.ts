/** The coordinator's end of a stage that breaks the protocol: the chain fails at once and names that peer. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeModel, greedy } from '../../../../test/support/sessions/node-fake-mesh.ts';
import { Loopback } from '../../../../test/support/sessions/node-loopback.ts';
import { StagePeer } from '../../../../test/support/sessions/node-stage-peer.ts';
import type { Segment } from '../../../wire/segment.ts';
import { Chain } from './chain.ts';
import { TokenQueue } from './token-queue.ts';
import type { SampledToken } from './token-source.ts';
import { stageKinds } from '../protocol/message-table.ts';
import { stageProtocol } from '../protocol/stage-messages.ts';

const prompt = [10, 11, 12, 13];

/** A stage that the test acts as, and the coordinator's chain over it alone. */
let stage: Promise<StagePeer>;
let tokens: TokenQueue<SampledToken>;
let opening: Promise<Chain>;
beforeEach(async () => {
  const loopback = new Loopback();
  const arrived = Promise.withResolvers<StagePeer>();
  stage = arrived.promise;
  await loopback.peer('evil').handle(stageProtocol, {
    limits: () => 1024 * 1024,
    maxInboundChannels: 8,
    onChannel: (channel) => arrived.resolve(new StagePeer(channel)),
  });
  tokens = new TokenQueue();
  opening = Chain.open(
    {
      opener: loopback.peer('me'),
      route: [{ peer: 'evil', firstLayer: 0, lastLayer: 5 }],
      model: fakeModel,
      sampling: greedy,
      sequence: prompt,
      promptTokens: prompt.length,
      maxSequenceTokens: prompt.length + 3,
      now: () => 0,
      onToken: (token) => tokens.push(token),
      onFailed: (failure) => tokens.fail(failure),
      onDraining: () => {},
      patience: 1,
      onWarmedUp: () => {},
      onSilent: () => {},
      onFalseAccount: () => {},
    },
    new AbortController().signal,
  );
  opening.catch(() => {});
});

async function expectFailure(promise: Promise<unknown>, reason: string): Promise<void> {
  await expect(promise).rejects.toMatchObject({
    peer: 'evil',
    error: { code: 'peer-failed', message: expect.stringContaining(reason) },
  });
  await (await stage).untilClosed();
}

describe('a stage that does not open as it should', () => {
  it.each<[string, number, unknown, string]>([
    ['says something else', stageKinds.sampled, {}, 'came out of turn'],
    ['opens without saying how much is free', stageKinds.opened, {}, 'freeSessions'],
    ['fails without a reason that can be read', stageKinds.failed, [], 'A refusal is not valid'],
    [
      'fails with a code that peers may not send',
      stageKinds.failed,
      { code: 'setting-invalid', message: 'no' },
      'failed. It said: "no"',
    ],
  ])('is to blame: it %s', async (_title, kind, message, reason) => {
    await Promise.allSettled([(await stage).say(kind, message)]);
    await expectFailure(opening, reason);
  });

  it('is to blame: it closes without a message', async () => {
    await (await stage).channel.close();
    await expectFailure(opening, 'was lost');
  });
});

describe('a stage that is open', () => {
  let chain: Chain;
  beforeEach(async () => {
    await (await stage).say(stageKinds.opened, { freeSessions: 1 });
    chain = await opening;
    chain.run(prompt, 0, true);
  });

  it.each<[string, number, Partial<Segment>]>([
    ['a token too early', stageKinds.sampled, { position: 3 }],
    ['a token too late', stageKinds.sampled, { position: 5 }],
    ['two tokens at once', stageKinds.sampled, { count: 2, values: new Uint8Array(8) }],
    ['no token', stageKinds.sampled, { count: 0, values: new Uint8Array(0) }],
    ['a token of another session', stageKinds.sampled, { session: 2 }],
    ['a detail that is not JSON', stageKinds.sampled, { detail: Buffer.from('{') }],
    ['a detail without a probability', stageKinds.sampled, { detail: Buffer.from('{}') }],
    ['hidden states', stageKinds.hidden, {}],
    ['a second `opened`', stageKinds.opened, {}],
    ['an open of its own', stageKinds.open, {}],
    ['an account that makes no sense', stageKinds.closed, {}],
  ])('is to blame when it sends %s', async (_title, kind, segment) => {
    const plain = { position: prompt.length, count: 1, flags: 0, values: new Uint8Array(4) };
    await Promise.allSettled([(await stage).sendSegment(kind, { ...plain, ...segment })]);
    await expectFailure(tokens.next(), 'broke the protocol');
  });

  it('may send the next token, and only once', async () => {
    const next = { position: prompt.length, count: 1, flags: 0, values: Uint8Array.of(7, 0, 0, 0) };
    await (await stage).sendSegment(stageKinds.sampled, next);
    await (await stage).sendSegment(stageKinds.sampled, next);
    expect(await tokens.next()).toMatchObject({ token: 7, endOfGeneration: false });
    await expectFailure(tokens.next(), 'position 4 came where 5 is the next one');
  });

  it('may send as many tokens as were requested, and is to blame for one more', async () => {
    for (const position of [4, 5, 6, 7]) {
      await (
        await stage
      ).sendSegment(stageKinds.sampled, {
        position,
        count: 1,
        flags: 0,
        values: new Uint8Array(4),
      });
    }
    await (await stage).untilClosed();
    const taken = [await tokens.next(), await tokens.next(), await tokens.next()];
    expect(taken.map((token) => token?.token)).toEqual([0, 0, 0]);
    await expectFailure(tokens.next(), 'position 7 came where 7 is the next one, of 7');
  });

  it('that gives no account is not waited for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const finished = chain.finish();
      await vi.advanceTimersByTimeAsync(1500);
      expect(await finished).toEqual([undefined]);
    } finally {
      vi.useRealTimers();
    }
  });
});

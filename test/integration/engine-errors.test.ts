import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LoadParameters } from '../../src-worker/wire/engine-messages.ts';
import { type Segment, segmentFlags } from '../../src-worker/wire/segment.ts';
import { TestModel } from '../support/engine/engine-models.ts';
import { TestEngine } from '../support/engine/engine-process.ts';
import { promptTokens } from '../support/engine/engine-shards.ts';

let model: TestModel;
let engine: TestEngine | undefined;

beforeAll(async () => {
  model = await TestModel.create({ type: 'F16' });
});

afterEach(async () => {
  await engine?.stop();
});

afterAll(async () => {
  await model.remove();
});

async function start(parameters: Partial<LoadParameters> = {}): Promise<TestEngine> {
  engine = await TestEngine.start({ path: model.path, contextLength: 512, ...parameters });
  return engine;
}

/** Proves that the engine still works: a new session gets its token. */
async function expectHealthy(healthy: TestEngine, session: number): Promise<void> {
  await healthy.client.open({ session });
  healthy.send(session, 0, promptTokens(4));
  await healthy.until(() => healthy.tokensOf(session).length === 1);
}

function hidden(session: number, width: number, value = 0.1): Segment {
  const count = 2;
  return {
    session,
    position: 0,
    count,
    flags: 0,
    computeMicros: 0,
    values: new Uint8Array(new Float32Array(count * width).fill(value).buffer),
    detail: new Uint8Array(0),
  };
}

describe('an invalid segment ends its session, and the engine continues', () => {
  it.each([
    { what: 'a token beyond the vocabulary', tokens: [1, 320], code: 'request-invalid' },
    { what: 'a negative token', tokens: [-1], code: 'request-invalid' },
  ])('$what', async ({ tokens, code }) => {
    const running = await start();
    await running.client.open({ session: 1 });
    running.send(1, 0, tokens);
    expect(await running.failureOf(1)).toMatchObject({ code });
    await expectHealthy(running, 2);
  });

  it('a position that leaves a gap', async () => {
    const running = await start();
    await running.client.open({ session: 1 });
    running.send(1, 0, promptTokens(10));
    running.send(1, 11, [65]);
    expect(await running.failureOf(1)).toMatchObject({
      code: 'protocol-violation',
      message: expect.stringContaining('position 11'),
    });
    await expectHealthy(running, 2);
  });

  it('more tokens than the context has', async () => {
    const running = await start();
    await running.client.open({ session: 1 });
    running.send(1, 0, promptTokens(513));
    expect(await running.failureOf(1)).toMatchObject({
      code: 'context-too-long',
      message: expect.stringContaining('512'),
    });
    await running.client.open({ session: 2 });
    running.send(2, 0xffff_ffff, [65]);
    expect(await running.failureOf(2)).toMatchObject({ code: 'context-too-long' });
    await expectHealthy(running, 3);
  });

  it('an answer that grows out of the context, after its last token', async () => {
    const running = await start();
    await running.client.open({ session: 1, sampling: { temperature: 0 }, selfFeedUntil: 10_000 });
    running.send(1, 0, promptTokens(500));
    expect(await running.failureOf(1)).toMatchObject({ code: 'context-too-long' });
    expect(running.outputsOf(1).at(-1)?.position).toBe(512);
    await expectHealthy(running, 2);
  });

  it('a cache that other sessions fill', async () => {
    const running = await start();
    await running.client.open({ session: 1 });
    await running.client.open({ session: 2 });
    running.send(1, 0, promptTokens(400));
    await running.until(() => running.tokensOf(1).length === 1);
    running.send(2, 0, promptTokens(200));
    expect(await running.failureOf(2)).toMatchObject({
      code: 'context-too-long',
      message: expect.stringContaining('other sessions hold 400'),
    });
    // The cells of the failed session are free again, and the other session is untouched.
    running.send(1, 400, promptTokens(100));
    await running.until(() => running.tokensOf(1).length === 2);
  });

  it('a segment for a session that is not open', async () => {
    const running = await start();
    running.send(7, 0, [65]);
    expect(await running.failureOf(7)).toMatchObject({ code: 'protocol-violation' });
    await expectHealthy(running, 8);
  });

  it('hidden states of the wrong width, and ones that are not finite', async () => {
    const running = await start({ path: await model.cut(2, 3), role: 'last' });
    await running.client.open({ session: 1 });
    running.client.send(hidden(1, 63));
    expect(await running.failureOf(1)).toMatchObject({ code: 'protocol-violation' });
    for (const [session, value] of [Number.NaN, Infinity, -Infinity].entries()) {
      await running.client.open({ session: session + 2 });
      running.client.send(hidden(session + 2, 64, value));
      expect(await running.failureOf(session + 2)).toMatchObject({
        code: 'protocol-violation',
        message: expect.stringContaining('not finite'),
      });
    }
    await running.client.open({ session: 9 });
    running.client.send({ ...hidden(9, 64, 3e38), flags: segmentFlags.sample });
    await running.until(() => running.tokensOf(9).length === 1);
  });

  it('a count that does not suit the length', async () => {
    const running = await start();
    await running.client.open({ session: 1 });
    running.client.send({ ...hidden(1, 1), count: 3 });
    expect(await running.failureOf(1)).toMatchObject({ code: 'protocol-violation' });
    await expectHealthy(running, 2);
  });

  it('a grammar that leads nowhere', async () => {
    const running = await start();
    await running.client.open({ session: 1, sampling: { grammar: 'root ::= [z-a]' } });
    running.send(1, 0, promptTokens(4));
    expect(await running.failureOf(1)).toMatchObject({ code: 'engine-failed' });
    await expectHealthy(running, 2);
  });
});

describe('bad requests are refused, and the engine goes on', () => {
  it('too many sessions, until one is closed', async () => {
    const running = await start({ maxSessions: 2 });
    await running.client.open({ session: 1 });
    await running.client.open({ session: 2 });
    await expect(running.client.open({ session: 3 })).rejects.toMatchObject({
      code: 'over-capacity',
    });
    await running.client.close(1);
    await expectHealthy(running, 4);
  });

  it('a session number that was used before', async () => {
    const running = await start();
    await running.client.open({ session: 5 });
    await expect(running.client.open({ session: 5 })).rejects.toMatchObject({
      code: 'request-invalid',
    });
    await running.client.close(5);
    await expect(running.client.open({ session: 5 })).rejects.toMatchObject({
      code: 'request-invalid',
    });
    await expectHealthy(running, 6);
  });

  it.each([
    { what: 'sampling out of range', parameters: { sampling: { temperature: 99 } } },
    { what: 'a grammar that is none', parameters: { sampling: { grammar: 'root ::= (' } } },
    {
      what: 'a grammar that llama.cpp refuses',
      parameters: { sampling: { grammar: 'root ::= "\\q"' } },
    },
    { what: 'a generated token beyond the vocabulary', parameters: { generated: [320] } },
  ])('$what', async ({ parameters }) => {
    const running = await start();
    await expect(running.client.open({ session: 1, ...parameters })).rejects.toMatchObject({
      code: 'request-invalid',
    });
    await expectHealthy(running, 1);
  });

  it('feeding itself, of a shard that is not whole', async () => {
    const running = await start({ path: await model.cut(2, 3), role: 'last' });
    await expect(running.client.open({ session: 1, selfFeedUntil: 9 })).rejects.toMatchObject({
      code: 'request-invalid',
    });
  });

  it('text for a shard without a tokenizer', async () => {
    const running = await start({ path: await model.cut(1, 2), role: 'middle' });
    await expect(running.client.tokenize('hello', false)).rejects.toMatchObject({
      code: 'request-invalid',
    });
    await expect(running.client.vocabulary()).rejects.toMatchObject({ code: 'request-invalid' });
  });

  it('a segment for an engine that has only the vocabulary', async () => {
    const running = await start({ path: await model.header(), vocabularyOnly: true });
    await expect(running.client.open({ session: 1 })).rejects.toMatchObject({
      code: 'request-invalid',
    });
    expect(await running.client.tokenize('hello', false)).not.toHaveLength(0);
  });
});

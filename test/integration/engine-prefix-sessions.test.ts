/** Sessions over all layers of a shard, and over its first ones alone, beside each other in one engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Segment, segmentFlags } from '../../src-worker/wire/segment.ts';
import { TestModel } from '../support/engine/engine-models.ts';
import { TestEngine, tokenOf } from '../support/engine/engine-process.ts';
import { promptTokens } from '../support/engine/engine-shards.ts';

const parameters = { contextLength: 512, maxSessions: 4 };
const answerTokens = 12;

let model: TestModel;
let whole: TestEngine;
let cut: TestEngine;
let last: TestEngine;

beforeAll(async () => {
  model = await TestModel.create({ type: 'F16' });
  whole = await TestEngine.start({ ...parameters, path: model.path });
  const start = async (role: 'first' | 'last', from: number, to: number): Promise<TestEngine> =>
    TestEngine.start({ ...parameters, role, path: await model.cut(from, to) });
  cut = await start('first', 0, 1);
  last = await start('last', 1, 3);
});

afterAll(async () => {
  await Promise.all([whole, cut, last].map((engine) => engine.stop()));
  await model.remove();
});

let newest = 0;
async function open(
  engine: TestEngine,
  layers?: number,
  resume?: number,
): Promise<[number, number]> {
  newest += 1;
  const { cachedTokens } = await engine.client.open({
    session: newest,
    ...(layers === undefined ? {} : { layers }),
    ...(resume === undefined ? {} : { resume: { session: resume, tokens: 16 } }),
  });
  return [newest, cachedTokens];
}

/** The hidden states of a session up to a position, once all of them are there. */
async function hiddenOf(engine: TestEngine, session: number, end: number): Promise<Buffer> {
  const reaches = ({ position, count }: Segment): boolean => position + count === end;
  await engine.until(() => engine.outputsOf(session).some(reaches));
  return Buffer.concat(engine.outputsOf(session).map(({ values }) => values));
}

/** Ends a session of 20 tokens, of which 16 stay in the cache; returns its number. */
async function leave(layers?: number): Promise<number> {
  const [session] = await open(whole, layers);
  whole.send(session, 0, promptTokens(20), segmentFlags.sample);
  await whole.until(() => whole.outputsOf(session).length > 0);
  await whole.client.retain(session, 16);
  return session;
}

/** How many tokens a session has that resumes those of another one. */
async function over(left: number, layers?: number): Promise<number> {
  const [session, cachedTokens] = await open(whole, layers, left);
  await whole.client.close(session);
  return cachedTokens;
}

describe('an engine with a whole model', () => {
  it('gives hidden states to a session over its first layers, as an engine with these alone', async () => {
    const [short] = await open(whole, 2);
    const [alone] = await open(cut);
    for (const [engine, session] of [[whole, short] as const, [cut, alone] as const]) {
      engine.send(session, 0, promptTokens(40));
      engine.send(session, 40, promptTokens(1, 40));
    }
    const expected = await hiddenOf(cut, alone, 41);
    expect(expected).toHaveLength(41 * 64 * 4);
    expect((await hiddenOf(whole, short, 41)).equals(expected)).toBe(true);
    await whole.client.close(short);
    await cut.client.close(alone);
  });

  it('answers over all layers while sessions over one and over two of them compute', async () => {
    const ask = async (meanwhile: (step: number) => void): Promise<number[]> => {
      const [session] = await open(whole);
      whole.send(session, 0, promptTokens(20));
      const tokens: number[] = [];
      for (let step = 0; step < answerTokens; step += 1) {
        meanwhile(step);
        await whole.until(() => whole.outputsOf(session).length > step);
        tokens.push(tokenOf(whole.outputsOf(session)[step] as Segment));
        whole.send(session, 20 + step, tokens.slice(-1));
      }
      await whole.client.close(session);
      return tokens;
    };
    const expected = await ask(() => {});
    const [one] = await open(whole, 1);
    const [two] = await open(whole, 2);
    const found = await ask((step) => {
      whole.send(one, step * 8, promptTokens(8, step * 8));
      whole.send(two, step * 8, promptTokens(8, step * 8));
    });
    expect(found).toEqual(expected);
    const end = answerTokens * 8;
    const [ofOne, ofTwo] = [await hiddenOf(whole, one, end), await hiddenOf(whole, two, end)];
    expect(ofOne).toHaveLength(ofTwo.byteLength);
    expect(ofOne.equals(ofTwo)).toBe(false);
    await whole.client.close(one);
    await whole.client.close(two);
  });

  it('goes on with what a session left of as many layers, and of no other number', async () => {
    expect(await over(await leave(2), 2)).toBe(16);
    expect(await over(await leave(2), 3)).toBe(0);
    expect(await over(await leave(2))).toBe(0);
    expect(await over(await leave(), 2)).toBe(0);
    expect(await over(await leave())).toBe(16);
  });

  it('refuses more layers than it has, and to feed itself over a part of them', async () => {
    await expect(open(whole, 5)).rejects.toMatchObject({ code: 'request-invalid' });
    newest += 1;
    const feeding = whole.client.open({ session: newest, layers: 2, selfFeedUntil: 30 });
    await expect(feeding).rejects.toMatchObject({ code: 'request-invalid' });
  });
});

it('an engine with the last layers gives hidden states of those before the last one, and samples after it', async () => {
  const [first] = await open(cut, 1);
  cut.send(first, 0, promptTokens(20));
  const values = await hiddenOf(cut, first, 20);
  const segment = { position: 0, count: 20, flags: segmentFlags.sample, computeMicros: 0, values };
  const [middle] = await open(last, 2);
  const [end] = await open(last);
  last.client.send({ ...segment, session: middle });
  last.client.send({ ...segment, session: end });
  expect(await hiddenOf(last, middle, 20)).toHaveLength(20 * 64 * 4);
  await last.until(() => last.outputsOf(end).length > 0);
  const [session] = await open(whole);
  whole.send(session, 0, promptTokens(20));
  await whole.until(() => whole.outputsOf(session).length > 0);
  expect(last.tokensOf(end)).toEqual(whole.tokensOf(session));
});

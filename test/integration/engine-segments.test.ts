import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LoadParameters } from '../../src-worker/wire/engine-messages.ts';
import { type Segment, segmentFlags } from '../../src-worker/wire/segment.ts';
import { rangesAt, roleOf, TestModel } from '../support/engine/engine-models.ts';
import { TestEngine, tokenOf } from '../support/engine/engine-process.ts';
import { promptTokens } from '../support/engine/engine-shards.ts';

let model: TestModel;
let engines: TestEngine[] = [];

beforeAll(async () => {
  model = await TestModel.create({ architecture: 'llama', type: 'F16' });
});

afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.stop()));
  engines = [];
});

afterAll(async () => {
  await model.remove();
});

async function start(parameters: Partial<LoadParameters> = {}): Promise<TestEngine> {
  const engine = await TestEngine.start({ path: model.path, contextLength: 512, ...parameters });
  engines.push(engine);
  return engine;
}

async function startChain(
  boundaries: readonly number[],
  parameters: Partial<LoadParameters> = {},
): Promise<TestEngine[]> {
  const ranges = rangesAt(boundaries, model.layers);
  return Promise.all(
    ranges.map(async ({ firstLayer, lastLayer }) =>
      start({
        path: await model.cut(firstLayer, lastLayer),
        role: roleOf(firstLayer, lastLayer, model.layers),
        ...parameters,
      }),
    ),
  );
}

/** Sends tokens through a chain, and returns the output of each engine. */
async function pass(
  chain: readonly TestEngine[],
  session: number,
  position: number,
  tokens: readonly number[],
): Promise<Segment[]> {
  const results: Segment[] = [];
  for (const engine of chain) {
    const before = engine.outputsOf(session).length;
    const input = results.at(-1);
    if (input === undefined) {
      engine.send(session, position, tokens);
    } else {
      engine.client.send(input);
    }
    await engine.until(() => engine.outputsOf(session).length > before);
    results.push(...engine.outputsOf(session).slice(-1));
  }
  return results;
}

/** Greedy tokens, each of which the test sends back in. */
async function answer(
  chain: readonly TestEngine[],
  session: number,
  prompt: readonly number[],
  count: number,
): Promise<number[]> {
  const tokens: number[] = [];
  let input = prompt;
  for (let position = 0; tokens.length < count;) {
    const last = (await pass(chain, session, position, input)).at(-1);
    position += input.length;
    expect(last).toMatchObject({ position, count: 1, flags: 0 });
    input = [last === undefined ? -1 : tokenOf(last)];
    tokens.push(...input);
  }
  return tokens;
}

const greedy = { temperature: 0 } as const;

describe('engine processes', () => {
  it('in a chain give the tokens that the whole model gives in one', async () => {
    const whole = await start();
    await whole.client.open({ session: 1, sampling: greedy });
    const expected = await answer([whole], 1, promptTokens(20), 16);
    expect(new Set(expected).size).toBeGreaterThan(4);

    const chain = await startChain([1, 3]);
    await Promise.all(chain.map((engine) => engine.client.open({ session: 1, sampling: greedy })));
    expect(await answer(chain, 1, promptTokens(20), 16)).toEqual(expected);
  });

  it('add their computing time to that of the segment', async () => {
    const chain = await startChain([2]);
    await Promise.all(chain.map((engine) => engine.client.open({ session: 1 })));
    const [hidden, sampled] = await pass(chain, 1, 0, promptTokens(50));
    expect(hidden?.computeMicros).toBeGreaterThan(0);
    expect(sampled?.computeMicros).toBeGreaterThan(hidden?.computeMicros ?? Infinity);
  });

  it('feed a whole model’s tokens back without being asked, up to a position', async () => {
    const engine = await start();
    await engine.client.open({ session: 1, sampling: greedy });
    const expected = await answer([engine], 1, promptTokens(20), 12);
    await engine.client.open({ session: 2, sampling: greedy, selfFeedUntil: 31 });
    engine.send(2, 0, promptTokens(20));
    await engine.until(() => engine.tokensOf(2).length === 12);
    expect(engine.tokensOf(2)).toEqual(expected);
    // If the engine had gone on, the tokens would come before the answer to this later request.
    await engine.client.report();
    expect(engine.outputsOf(2).map(({ position }) => position)).toEqual(
      Array.from({ length: 12 }, (_, index) => 20 + index),
    );
  });

  it('stop at the end of generation and say so', async () => {
    const engine = await start();
    await engine.client.open({
      session: 1,
      sampling: { ...greedy, grammar: 'root ::= "ab" "c"?' },
      selfFeedUntil: 500,
    });
    engine.send(1, 0, promptTokens(5));
    await engine.until(() => engine.outputsOf(1).some(({ flags }) => flags !== 0));
    await engine.client.report();
    const { endOfGeneration } = await engine.client.vocabulary();
    const outputs = engine.outputsOf(1);
    expect(outputs.at(-1)?.flags).toBe(segmentFlags.endOfGeneration);
    expect(endOfGeneration).toContain(engine.tokensOf(1).at(-1));
    expect(Buffer.from(engine.tokensOf(1).slice(0, 2)).toString()).toBe('ab');
    expect(outputs.filter(({ flags }) => flags !== 0)).toHaveLength(1);
  });

  it('decode nothing for a session once it is closed', async () => {
    const engine = await start();
    await engine.client.open({ session: 1, sampling: greedy, selfFeedUntil: 500 });
    engine.send(1, 0, promptTokens(5));
    await engine.until(() => engine.tokensOf(1).length > 2);
    await engine.client.close(1);
    const count = engine.tokensOf(1).length;
    // Frames that were under way when the session was closed are no violation.
    engine.send(1, 100, promptTokens(5));
    await engine.client.report();
    expect(engine.tokensOf(1)).toHaveLength(count);
    expect(engine.failures.size).toBe(0);
  });

  it('serve several sessions at once, each as if it were alone', async () => {
    const engine = await start();
    const prompts = [3, 40, 17, 1].map((length) => promptTokens(length, length * 100));
    const expected: number[][] = [];
    for (const [index, prompt] of prompts.entries()) {
      await engine.client.open({ session: index + 1, sampling: greedy });
      expected.push(await answer([engine], index + 1, prompt, 10));
      await engine.client.close(index + 1);
    }
    for (const [index, prompt] of prompts.entries()) {
      const session = index + 11;
      const selfFeedUntil = prompt.length + 9;
      await engine.client.open({ session, sampling: greedy, selfFeedUntil });
    }
    prompts.forEach((prompt, index) => engine.send(index + 11, 0, prompt));
    await engine.until(() =>
      prompts.every((_, index) => engine.tokensOf(index + 11).length === 10),
    );
    expect(prompts.map((_, index) => engine.tokensOf(index + 11))).toEqual(expected);
  });

  it('split long segments into batches and send every part at once', async () => {
    const [first, last] = await startChain([2], { batchSize: 32 });
    if (first === undefined || last === undefined) {
      throw new Error('No chain');
    }
    await first.client.open({ session: 1 });
    await last.client.open({ session: 1, sampling: greedy });
    first.send(1, 0, promptTokens(100));
    await first.until(() => first.outputsOf(1).length === 4);
    const pieces = first.outputsOf(1);
    expect(pieces.map(({ position, count, flags }) => ({ position, count, flags }))).toEqual([
      { position: 0, count: 32, flags: 0 },
      { position: 32, count: 32, flags: 0 },
      { position: 64, count: 32, flags: 0 },
      { position: 96, count: 4, flags: segmentFlags.sample },
    ]);
    for (const piece of pieces) {
      last.client.send(piece);
    }
    await last.until(() => last.outputs.length > 0);
    const whole = await start({ batchSize: 32 });
    await whole.client.open({ session: 1, sampling: greedy });
    expect(last.tokensOf(1)).toEqual(await answer([whole], 1, promptTokens(100), 1));
  });

  it('only fill the cache when no token is asked for', async () => {
    const engine = await start();
    await engine.client.open({ session: 1, sampling: greedy });
    await engine.client.open({ session: 2, sampling: greedy });
    const expected = await answer([engine], 1, promptTokens(30), 1);
    engine.send(2, 0, promptTokens(10), 0);
    engine.send(2, 10, promptTokens(20, 10));
    await engine.until(() => engine.tokensOf(2).length > 0);
    expect(engine.tokensOf(2)).toEqual(expected);
    expect(engine.outputsOf(2)[0]?.position).toBe(30);
  });

  it('truncate a cache that is longer than the position of a new segment', async () => {
    const engine = await start();
    await engine.client.open({ session: 1, sampling: { seed: 3, presencePenalty: 1 } });
    const draw = async (position: number, tokens: readonly number[]): Promise<number> => {
      const [segment] = await pass([engine], 1, position, tokens);
      return segment === undefined ? -1 : tokenOf(segment);
    };
    const first = await draw(0, promptTokens(20));
    const second = await draw(20, [first]);
    const third = await draw(21, [second]);
    expect(await draw(20, [first])).toBe(second);
    expect(await draw(21, [second])).toBe(third);
    expect(await draw(0, promptTokens(20))).toBe(first);
    expect(await draw(5, promptTokens(15, 5))).toBe(first);
  });

  it('write JSON under a grammar, with log-probabilities beside every token', async () => {
    const engine = await start();
    const { pieces, endOfGeneration } = await engine.client.vocabulary();
    const grammar = String.raw`root ::= "{\"answer\": " ("\"" [a-z ]{1,8} "\"" | [0-9]{1,4}) "}"`;
    await engine.client.open({
      session: 1,
      sampling: { seed: 11, grammar, topLogprobs: 2 },
      selfFeedUntil: 500,
    });
    engine.send(1, 0, promptTokens(5));
    await engine.until(() => engine.outputsOf(1).at(-1)?.flags === segmentFlags.endOfGeneration);
    const text = engine
      .tokensOf(1)
      .filter((token) => !endOfGeneration.includes(token))
      .map((token) => pieces[token])
      .join('');
    expect(JSON.parse(text)).toHaveProperty('answer');
    for (const { detail } of engine.outputsOf(1)) {
      const { logprob, top } = JSON.parse(Buffer.from(detail).toString('utf8'));
      expect(top).toHaveLength(2);
      expect(logprob).toBeLessThanOrEqual(top[0].logprob);
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Library, openLibrary } from '../../src-worker/engine/llama/library.ts';
import { TestModel } from '../support/engine/engine-models.ts';
import {
  type Chain,
  greedyToken,
  promptTokens,
  ShardSet,
} from '../support/engine/engine-shards.ts';
import type { RandomModelOptions } from '../support/engine/random-model.ts';

const layers = 6;
const models: Partial<RandomModelOptions>[] = [
  { architecture: 'llama', type: 'F16', ropeFactors: true },
  { architecture: 'llama', type: 'Q8_0', tied: true },
  { architecture: 'qwen2', type: 'Q8_0' },
  { architecture: 'qwen3', type: 'F32', tied: true },
];

/** Prompts in several batches; the largest batch is more than what is computed at once. */
const promptBatches = [[1], [7], [33, 2], [64, 64, 19]];
const decodedTokens = 32;

/** The logits after every batch of a prompt, and after each token that greedy sampling adds. */
function transcript(chain: Chain, batches: readonly number[], slot: number): Buffer[] {
  const all: Buffer[] = [];
  let position = 0;
  for (const count of batches) {
    all.push(...chain.decode({ slot, position, tokens: promptTokens(count, position) }));
    position += count;
  }
  for (let step = 0; step < decodedTokens; step += 1) {
    const tokens = [greedyToken(all.at(-1) ?? Buffer.alloc(0))];
    all.push(...chain.decode({ slot, position, tokens }));
    position += 1;
  }
  return all;
}

describe.each(models)('a $architecture model ($type) cut by layers', (options) => {
  let library: Library;
  let model: TestModel;
  let shards: ShardSet;
  const whole: Buffer[][] = [];

  beforeAll(async () => {
    library = await openLibrary('cpu');
    model = await TestModel.create({ ...options, layers });
    shards = new ShardSet(library, model);
    for (const batches of promptBatches) {
      whole.push(transcript(await shards.chain(), batches, 0));
    }
  });

  afterAll(async () => {
    shards.dispose();
    await model.remove();
  });

  it('has logits that differ from token to token, so that equal ones mean something', () => {
    const tokens = whole.map((logits) => logits.map(greedyToken));
    expect(new Set(tokens.flat()).size).toBeGreaterThan(20);
    expect(whole[3]?.[0]?.equals(whole[3][1] ?? Buffer.alloc(0))).toBe(false);
  });

  const boundaries = Array.from({ length: layers - 1 }, (_, index) => index + 1);
  const cuts = [
    ...boundaries.map((boundary) => [boundary]),
    ...boundaries.flatMap((first) =>
      boundaries.filter((second) => second > first).map((second) => [first, second]),
    ),
  ].map((cut) => ({ cut, where: cut.join(' and ') }));

  it.each(cuts)(
    'gives the whole model’s logits to the last bit, cut before layer $where',
    async ({ cut }) => {
      const chain = await shards.chain(...cut);
      for (const [index, batches] of promptBatches.entries()) {
        chain.truncate(0, 0);
        const logits = transcript(chain, batches, 0);
        expect(logits).toHaveLength(batches.length + decodedTokens);
        const different = logits.findIndex((bytes, step) => {
          const expected = whole[index]?.[step];
          return expected === undefined || !bytes.equals(expected);
        });
        expect({ batches, different }).toEqual({ batches, different: -1 });
      }
    },
  );

  it('gives them for a batch that llama.cpp computes in several pieces', async () => {
    const large = new ShardSet(library, model, { contextLength: 1536, batchSize: 1100 });
    try {
      const piece = { slot: 0, position: 0, tokens: promptTokens(1100) };
      const [expected] = (await large.chain()).decode(piece);
      const [found] = (await large.chain(3)).decode(piece);
      expect(expected !== undefined && found?.equals(expected)).toBe(true);
    } finally {
      large.dispose();
    }
  });
});

/** A shard that is used for its first layers gives the same bits as a shard that was cut there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LayerRange } from '../../src-shared/model.ts';
import { type Library, openLibrary } from '../../src-worker/engine/llama/library.ts';
import { TestModel } from '../support/engine/engine-models.ts';
import {
  Chain,
  greedyToken,
  type Piece,
  promptTokens,
  ShardSet,
  type UsedShard,
} from '../support/engine/engine-shards.ts';
import type { RandomModelOptions } from '../support/engine/random-model.ts';

const layers = 6;
const lastLayer = layers - 1;
const models: Partial<RandomModelOptions>[] = [
  { architecture: 'llama', type: 'F16', ropeFactors: true },
  { architecture: 'llama', type: 'Q8_0', tied: true },
  { architecture: 'qwen2', type: 'Q8_0' },
  { architecture: 'qwen3', type: 'F32', tied: true },
];

const upToEach = Array.from({ length: layers }, (_, layer) => layer);
const ranges: LayerRange[] = upToEach.flatMap((firstLayer) =>
  upToEach.filter((last) => last >= firstLayer).map((last) => ({ firstLayer, lastLayer: last })),
);
/** Every shard with more than one layer, with each layer before its last one as the end of its use. */
const cuts = ranges.flatMap((range) =>
  ranges
    .filter((used) => used.firstLayer === range.firstLayer && used.lastLayer < range.lastLayer)
    .map((used) => ({
      range,
      lastUsed: used.lastLayer,
      what: `layers ${range.firstLayer} to ${range.lastLayer} used up to ${used.lastLayer}`,
    })),
);

/** A prompt in pieces, single tokens as in an answer, two sequences at once, and a part of a prompt again. */
const batches: Piece[][] = [
  [{ slot: 0, position: 0, tokens: promptTokens(33) }],
  [{ slot: 0, position: 33, tokens: promptTokens(64, 33) }],
  [{ slot: 0, position: 97, tokens: promptTokens(1, 97) }],
  [
    { slot: 0, position: 98, tokens: promptTokens(1, 98) },
    { slot: 2, position: 0, tokens: promptTokens(20, 500) },
  ],
  [
    { slot: 2, position: 20, tokens: promptTokens(1, 520) },
    { slot: 0, position: 99, tokens: promptTokens(5, 99) },
  ],
];

describe.each(models)('a shard of a $architecture model ($type)', (options) => {
  let library: Library;
  let model: TestModel;
  let shards: ShardSet;

  beforeAll(async () => {
    library = await openLibrary('cpu');
    model = await TestModel.create({ ...options, layers });
    shards = new ShardSet(library, model);
  });

  afterAll(async () => {
    shards.dispose();
    await model.remove();
  });

  /** The shards before a layer, one layer each, so that the input is the same for all shards that begin there. */
  async function before(layer: number): Promise<UsedShard[]> {
    return layer === 0 ? [] : [await shards.use({ firstLayer: 0, lastLayer: layer - 1 })];
  }

  it.each(cuts)('gives what one that was cut there gives: $what', async ({ range, lastUsed }) => {
    const { firstLayer } = range;
    const hidden = async (used: LayerRange): Promise<Buffer[]> => {
      const chain = new Chain([...(await before(firstLayer)), await shards.use(used, lastUsed)]);
      const first = batches.flatMap((batch) => chain.hiddenStates(...batch).at(-1) ?? []);
      chain.truncate(0, 40);
      const again: Piece = { slot: 0, position: 40, tokens: promptTokens(9, 700) };
      return [...first, ...(chain.hiddenStates(again).at(-1) ?? [])];
    };
    const expected = await hidden({ firstLayer, lastLayer: lastUsed });
    const found = await hidden(range);
    expect(expected).toHaveLength(8);
    expect(found.map((bytes, index) => expected[index]?.equals(bytes))).toEqual(
      expected.map(() => true),
    );
  });

  const joined = cuts.filter(({ range, lastUsed }) => range.lastLayer === lastUsed + 1);

  it.each(joined)(
    'joins one that overlaps it to the whole model’s answer: $what',
    async ({ range, lastUsed }) => {
      const chain = new Chain([
        ...(await before(range.firstLayer)),
        await shards.use(range, lastUsed),
        await shards.use({ firstLayer: lastUsed + 1, lastLayer }),
      ]);
      expect(answerOf(chain)).toEqual(answerOf(await shards.chain()));
    },
  );

  it('has nothing in its later layers of a sequence that used the first ones alone', async () => {
    const { shard } = await shards.use({ firstLayer: 0, lastLayer });
    const whole = new Chain([{ shard, layers }]);
    const expected = answerOf(whole);
    for (const used of [1, 3, 5]) {
      whole.truncate(0, 0);
      const first = new Chain([{ shard, layers: used }]);
      first.hiddenStates({ slot: 1, position: 0, tokens: promptTokens(60, 4000) });
      first.hiddenStates({ slot: 0, position: 0, tokens: promptTokens(50, 3000) });
      whole.truncate(1, 0);
      whole.truncate(0, 0);
      // The sequence of the whole model uses the cells that the others had.
      expect(answerOf(whole)).toEqual(expected);
    }
  });

  it('answers over all of its layers while others use a part of them', async () => {
    const { shard } = await shards.use({ firstLayer: 0, lastLayer });
    const whole = new Chain([{ shard, layers }]);
    const expected = answerOf(whole);
    whole.truncate(0, 0);
    const short = new Chain([{ shard, layers: 2 }]);
    let position = 0;
    const answer = answerOf(whole, () => {
      short.hiddenStates({ slot: 1, position, tokens: promptTokens(3, position) });
      position += 3;
    });
    expect(answer.tokens).toEqual(expected.tokens);
  });

  it('answers over all of its layers after a batch over a part of them failed', async () => {
    const { shard } = await shards.use({ firstLayer: 0, lastLayer });
    const whole = new Chain([{ shard, layers }]);
    const expected = answerOf(whole);
    whole.truncate(0, 0);
    const short = new Chain([{ shard, layers: 2 }]);
    const more = (position: number): void => {
      short.hiddenStates({ slot: 1, position, tokens: promptTokens(64, position) });
    };
    expect(() => [0, 64, 128, 192, 256, 320, 384, 448, 512].forEach(more)).toThrow('has no room');
    whole.truncate(1, 0);
    expect(answerOf(whole)).toEqual(expected);
  });

  it('does so for a batch that llama.cpp computes in several pieces', async () => {
    const large = new ShardSet(library, model, { contextLength: 1536, batchSize: 1100 });
    try {
      const piece = { slot: 0, position: 0, tokens: promptTokens(1100) };
      const hidden = async (last: number): Promise<Buffer | undefined> =>
        new Chain([await large.use({ firstLayer: 0, lastLayer: last }, 2)]).hiddenStates(
          piece,
        )[0]?.[0];
      const expected = await hidden(2);
      expect(expected).toHaveLength(1100 * 64 * 4);
      for (const last of [3, lastLayer]) {
        expect((await hidden(last))?.equals(expected ?? Buffer.alloc(0))).toBe(true);
      }
    } finally {
      large.dispose();
    }
  });
});

/** A greedy answer with the bytes of its logits at the end; `meanwhile` runs between the tokens. */
function answerOf(
  chain: Chain,
  meanwhile: () => void = () => {},
): { readonly tokens: number[]; readonly logits: string | undefined } {
  const prompt = promptTokens(40);
  let [logits] = chain.decode({ slot: 0, position: 0, tokens: prompt });
  const tokens = [greedyToken(logits ?? Buffer.alloc(0))];
  for (let position = prompt.length; tokens.length < 16; position += 1) {
    meanwhile();
    [logits] = chain.decode({ slot: 0, position, tokens: tokens.slice(-1) });
    tokens.push(greedyToken(logits ?? Buffer.alloc(0)));
  }
  return { tokens, logits: logits?.toString('base64') };
}

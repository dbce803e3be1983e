/**
 * Chains of shards on a graphics card, here Mesa's software Vulkan, against the whole model there and on the processor. How far
 * honest machines differ was measured by kind of processor, threads, size of batches and type of weights; the limits here are
 * below what a layer left out, or weights of four bits in place of eight, give.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  CardProcess,
  type ChainRequest,
  type ChainResult,
  rowErrors,
} from '../support/engine/card-chains.ts';
import { hasSoftwareCard } from '../support/engine/software-card.ts';

/** Of two machines: the median of all rows, and the most of one. */
type Limits = { readonly median: number; readonly most: number };

const models: {
  readonly what: string;
  readonly model: ChainRequest['model'];
  readonly middle: number;
  readonly ends: readonly number[];
  readonly limits: Limits;
}[] = [
  {
    what: 'the demo model',
    model: 'demo',
    middle: 3,
    ends: [1, 4],
    limits: { median: 0.026, most: 0.062 },
  },
  {
    what: 'a random llama in F16',
    model: { architecture: 'llama', type: 'F16', queryGain: 1, ropeFactors: true },
    middle: 2,
    ends: [1, 2],
    limits: { median: 0.016, most: 0.021 },
  },
  {
    what: 'a random qwen2 in Q8_0',
    model: { architecture: 'qwen2', type: 'Q8_0', queryGain: 1 },
    middle: 2,
    ends: [1, 2],
    limits: { median: 0.026, most: 0.038 },
  },
];

/** What rounding makes of another order of the same sums, in the worst kind of model that was measured: 4e-4. */
const byRounding = 1e-3;

describe.skipIf(!hasSoftwareCard)('a chain on a graphics card', () => {
  let card: CardProcess;
  beforeAll(() => {
    card = new CardProcess();
  });
  afterAll(() => card.stop());

  describe.each(models)('of $what', ({ model, middle, ends, limits }) => {
    const twice = { model, boundaries: [middle] };
    const thrice = { model, boundaries: ends, places: ['card', 'card', 'card'] } as const;
    let whole: ChainResult;
    let onProcessor: ChainResult;
    beforeAll(async () => {
      whole = await card.compute({ model, boundaries: [], places: ['card'] });
      onProcessor = await card.compute({ model, boundaries: [], places: ['processor'] });
    });

    it('gives the whole’s values for a prompt, and for single tokens but for rounding', async () => {
      for (const request of [{ ...twice, places: ['card', 'card'] } as const, thrice]) {
        const cut = await card.compute(request);
        expect(cut.prompt).toEqual(whole.prompt);
        expect(cut.logits[0]).toEqual(whole.logits[0]);
        expect(Math.max(...errors(cut, whole))).toBeLessThan(byRounding);
        expect(likeliest(cut)).toEqual(likeliest(whole));
      }
    });

    it('gives them to the last bit where shards that go on end their part there', async () => {
      const overlapping = await card.compute({ ...thrice, overlap: true });
      expect(overlapping).toEqual(whole);
    });

    it('is as near to the processor’s values as honest machines are, also with a processor in it', async () => {
      const cardFirst = await card.compute({ ...twice, places: ['card', 'processor'] });
      const processorFirst = await card.compute({ ...twice, places: ['processor', 'card'] });
      for (const chain of [whole, cardFirst, processorFirst]) {
        const found = errors(chain, onProcessor).toSorted((a, b) => a - b);
        // Two kinds of machine never compute the same, so that the card is seen to have computed.
        expect(found[0]).toBeGreaterThan(0);
        expect(found[Math.floor(found.length / 2)]).toBeLessThan(limits.median);
        expect(found.at(-1)).toBeLessThan(limits.most);
      }
    });
  });
});

it.skipIf(!hasSoftwareCard)('a cut changes nothing on a card that joins no steps', async () => {
  const card = new CardProcess({ GGML_VK_DISABLE_FUSION: '1' });
  onTestFinished(() => card.stop());
  const model = { architecture: 'llama', type: 'F16' } as const;
  const whole = await card.compute({ model, boundaries: [], places: ['card'] });
  const cut = await card.compute({ model, boundaries: [1, 2], places: ['card', 'card', 'card'] });
  expect(cut).toEqual(whole);
});

/** Of all rows of hidden states, and of the logits. */
function errors(found: ChainResult, expected: ChainResult): number[] {
  const { width } = expected;
  return [
    ...rowErrors(found.prompt, expected.prompt, width),
    ...found.tokens.flatMap((row, index) => rowErrors(row, expected.tokens[index] ?? row, width)),
    ...found.logits.flatMap((row, index) =>
      rowErrors(row, expected.logits[index] ?? row, row.length),
    ),
  ];
}

function likeliest({ logits }: ChainResult): number[] {
  return logits.map((row) => row.indexOf(row.reduce((most, each) => Math.max(most, each))));
}

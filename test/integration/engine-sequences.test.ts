import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Library, openLibrary } from '../../src-worker/engine/llama/library.ts';
import { TestModel } from '../support/engine/engine-models.ts';
import {
  type Chain,
  greedyToken,
  type Piece,
  promptTokens,
  ShardSet,
} from '../support/engine/engine-shards.ts';

/** A sequence: the length of its prompt, the batches of the prompt, and the answer so far. */
class Sequence {
  readonly slot: number;
  readonly answer: number[] = [];
  #position = 0;
  #prompt: number[];
  readonly #batch: number;

  constructor(slot: number, promptLength: number, batch: number) {
    this.slot = slot;
    this.#prompt = promptTokens(promptLength, slot * 1000);
    this.#batch = batch;
  }

  /** The next piece of the prompt, or the last token of the answer. */
  next(): Piece {
    const tokens =
      this.#prompt.length > 0 ? this.#prompt.splice(0, this.#batch) : this.answer.slice(-1);
    const piece = { slot: this.slot, position: this.#position, tokens };
    this.#position += tokens.length;
    return piece;
  }

  take(logits: Buffer | undefined): void {
    if (this.#prompt.length === 0 && logits !== undefined) {
      this.answer.push(greedyToken(logits));
    }
  }
}

const sequences = (): Sequence[] => [
  new Sequence(0, 5, 5),
  new Sequence(1, 40, 9),
  new Sequence(2, 1, 1),
  new Sequence(3, 23, 16),
];

const answerTokens = 24;

function alone(chain: Chain): number[][] {
  return sequences().map((sequence) => {
    while (sequence.answer.length < answerTokens) {
      sequence.take(chain.decode(sequence.next())[0]);
    }
    chain.truncate(sequence.slot, 0);
    return sequence.answer;
  });
}

/** All sequences at once, each of which joins later than the one before, with prompts beside answers. */
function interleaved(chain: Chain): number[][] {
  const all = sequences();
  for (let step = 0; all.some(({ answer }) => answer.length < answerTokens); step += 1) {
    const active = all.filter(
      ({ slot, answer }) => step >= slot * 3 && answer.length < answerTokens,
    );
    const logits = chain.decode(...active.map((sequence) => sequence.next()));
    active.forEach((sequence, index) => sequence.take(logits[index]));
  }
  return all.map(({ answer }) => answer);
}

describe.each(['llama', 'qwen2', 'qwen3'] as const)('sequences of a %s model', (architecture) => {
  let library: Library;
  let model: TestModel;
  let shards: ShardSet;
  let expected: number[][];

  beforeAll(async () => {
    library = await openLibrary('cpu');
    model = await TestModel.create({ architecture, type: 'F16' });
    shards = new ShardSet(library, model);
    expected = alone(await shards.chain());
  });

  afterAll(async () => {
    shards.dispose();
    await model.remove();
  });

  it('differ from each other, so that mixing them up would show', () => {
    expect(new Set(expected.map(String)).size).toBe(expected.length);
  });

  it.each([{ cut: [] }, { cut: [2] }, { cut: [1, 3] }])(
    'get the same greedy tokens interleaved in one context as alone, cut before $cut',
    async ({ cut }) => {
      expect(interleaved(await shards.chain(...cut))).toEqual(expected);
    },
  );

  it.each([{ cut: [] }, { cut: [2] }, { cut: [1, 3] }])(
    'go on the same after a truncation and a replay, cut before $cut',
    async ({ cut }) => {
      const chain = await shards.chain(...cut);
      const prompt = promptTokens(30, 5000);
      const answer = (position: number, first: number | undefined): number[] => {
        const tokens = first === undefined ? [] : [first];
        for (let at = position; tokens.length < 12; at += 1) {
          const [logits] = chain.decode({ slot: 1, position: at, tokens: tokens.slice(-1) });
          tokens.push(greedyToken(logits ?? Buffer.alloc(0)));
        }
        return tokens;
      };
      const [logits] = chain.decode({ slot: 1, position: 0, tokens: prompt });
      const first = greedyToken(logits ?? Buffer.alloc(0));
      const full = answer(30, first);
      // Another sequence gets the cells that the truncation frees.
      chain.truncate(1, 33);
      expect(chain.lengths(1)).toEqual(chain.lengths(1).map(() => 33));
      chain.decode({ slot: 2, position: 0, tokens: promptTokens(20, 9000) });
      const again = full.slice(0, 4);
      for (let at = 33; again.length < 12; at += 1) {
        const [next] = chain.decode({ slot: 1, position: at, tokens: again.slice(-1) });
        again.push(greedyToken(next ?? Buffer.alloc(0)));
      }
      expect(again).toEqual(full);

      chain.truncate(1, 7);
      const [replayed] = chain.decode({ slot: 1, position: 7, tokens: prompt.slice(7) });
      expect(greedyToken(replayed ?? Buffer.alloc(0))).toBe(first);
      expect(answer(30, first)).toEqual(full);
    },
  );
});

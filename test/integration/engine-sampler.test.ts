import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sampling, samplingSchema } from '../../src-shared/model.ts';
import { type Library, openLibrary } from '../../src-worker/engine/llama/library.ts';
import { logprobsOf } from '../../src-worker/engine/sampling/logprobs.ts';
import { Model } from '../../src-worker/engine/llama/model.ts';
import { Sampler, SamplingSpace, seedAt } from '../../src-worker/engine/sampling/sampler.ts';
import { Tokenizer } from '../../src-worker/engine/llama/tokenizer.ts';
import { TestModel } from '../support/engine/engine-models.ts';

/** The vocabulary size of the random model. */
const vocabularySize = 320;

let library: Library;
let files: TestModel;
let model: Model;
let space: SamplingSpace;
let vocabulary: ReturnType<Tokenizer['vocabulary']>;

beforeAll(async () => {
  library = await openLibrary('cpu');
  files = await TestModel.create();
  model = await Model.load(library, files.path);
  space = new SamplingSpace(library.llama, model);
  vocabulary = new Tokenizer(library.llama, model).vocabulary();
});

afterAll(async () => {
  model.dispose();
  await files.remove();
});

function withSampler<T>(
  sampling: Partial<Sampling>,
  use: (sampler: Sampler) => T,
  generated: readonly number[] = [],
): T {
  const parsed = samplingSchema.parse(sampling);
  const sampler = new Sampler(space, parsed, generated);
  try {
    return use(sampler);
  } finally {
    sampler.dispose();
  }
}

/** Logits that give these probabilities to tokens, and practically none to all others. */
function logitsFor(probabilities: Record<number, number>): Float32Array {
  const logits = new Float32Array(vocabularySize).fill(-60);
  for (const [token, probability] of Object.entries(probabilities)) {
    logits[Number(token)] = Math.log(probability);
  }
  return logits;
}

/** Logits that differ for every position and are the same in every run. */
function noisyLogits(position: number): Float32Array {
  return Float32Array.from(
    { length: vocabularySize },
    (_, token) => (seedAt(token + 1, position) / 0xffff_ffff) * 6,
  );
}

function draw(sampler: Sampler, positions: readonly number[]): number[] {
  return positions.map((position) => sampler.sample(noisyLogits(position), position).token);
}

/** Greedy text under a grammar up to the end of generation. Noise decides where the grammar leaves a choice. */
function write(sampler: Sampler, most: number): string {
  let text = '';
  for (let position = 0; position < most; position += 1) {
    const { token } = sampler.sample(noisyLogits(position), position);
    if (vocabulary.endOfGeneration.includes(token)) {
      return Buffer.from(text, 'latin1').toString('utf8');
    }
    text += vocabulary.pieces[token] ?? '';
  }
  throw new Error(`No end after ${most} tokens: ${text}`);
}

const positions = Array.from({ length: 40 }, (_, index) => index + 5);

describe('drawing a token', () => {
  it('depends on the seed, the position and the logits alone', () => {
    const inOrder = withSampler({ seed: 7 }, (sampler) => draw(sampler, positions));
    expect(withSampler({ seed: 7 }, (sampler) => draw(sampler, positions))).toEqual(inOrder);
    const fromTheMiddle = withSampler({ seed: 7 }, (sampler) => draw(sampler, positions.slice(20)));
    expect(fromTheMiddle).toEqual(inOrder.slice(20));
    expect(withSampler({ seed: 8 }, (sampler) => draw(sampler, positions))).not.toEqual(inOrder);
  });

  it('also for the seed that llama.cpp takes as "any"', () => {
    const sampling = { seed: 0xffff_ffff };
    const once = withSampler(sampling, (sampler) => draw(sampler, positions));
    expect(withSampler(sampling, (sampler) => draw(sampler, positions))).toEqual(once);
  });

  it('gives every token as often as it is likely', () => {
    const logits = logitsFor({ 65: 0.6, 66: 0.3, 67: 0.1 });
    const draws = withSampler({ seed: 1 }, (sampler) =>
      Array.from({ length: 4000 }, (_, position) => sampler.sample(logits, position).token),
    );
    const share = (token: number): number => draws.filter((drawn) => drawn === token).length / 4000;
    // Four standard deviations of a share of 4000 draws are 0.03.
    expect(share(65)).toBeCloseTo(0.6, 1.5);
    expect(share(66)).toBeCloseTo(0.3, 1.5);
    expect(share(67)).toBeCloseTo(0.1, 1.5);
  });

  it('takes the likeliest token at temperature 0, whatever the seed and the cuts', () => {
    const best = positions.map((position) => {
      const logits = noisyLogits(position);
      return logits.indexOf(Math.max(...logits));
    });
    for (const sampling of [{ seed: 1 }, { seed: 2, topK: 5, topP: 0.5, minP: 0.3 }]) {
      const drawn = withSampler({ ...sampling, temperature: 0 }, (sampler) =>
        draw(sampler, positions),
      );
      expect(drawn).toEqual(best);
    }
  });

  it.each([
    { cut: { topK: 1 }, possible: [65] },
    { cut: { topK: 3 }, possible: [65, 66, 67] },
    { cut: { topP: 0.55 }, possible: [65, 66] },
    { cut: { minP: 0.3 }, possible: [65, 66, 67] },
    { cut: { minP: 0.3, topK: 2 }, possible: [65, 66] },
    { cut: {}, possible: [65, 66, 67, 68] },
  ])('keeps only the tokens that $cut leaves', ({ cut, possible }) => {
    const logits = logitsFor({ 65: 0.5, 66: 0.25, 67: 0.2, 68: 0.05 });
    const drawn = withSampler({ ...cut, seed: 3 }, (sampler) =>
      Array.from({ length: 400 }, (_, position) => sampler.sample(logits, position).token),
    );
    expect([...new Set(drawn)].toSorted((a, b) => a - b)).toEqual(possible);
  });

  it('is more even at a high temperature', () => {
    const logits = logitsFor({ 65: 0.9, 66: 0.1 });
    const rare = (temperature: number): number =>
      withSampler({ temperature, seed: 4 }, (sampler) =>
        Array.from({ length: 500 }, (_, position) => sampler.sample(logits, position).token),
      ).filter((token) => token === 66).length;
    expect(rare(0.3)).toBeLessThan(10);
    expect(rare(2)).toBeGreaterThan(80);
  });

  it('refuses logits that are not numbers', () => {
    const logits = noisyLogits(0).fill(Number.NaN, 10, 11);
    expect(() => withSampler({}, (sampler) => sampler.sample(logits, 0))).toThrow('not numbers');
  });
});

describe('penalties', () => {
  const logits = logitsFor({ 65: 0.5, 66: 0.3, 67: 0.2 });
  const greedy = (sampling: Partial<Sampling>): number[] =>
    withSampler({ ...sampling, temperature: 0 }, (sampler) =>
      Array.from({ length: 6 }, (_, position) => sampler.sample(logits, position).token),
    );

  it('move on from a token once it was there, or more with every time', () => {
    expect(greedy({})).toEqual([65, 65, 65, 65, 65, 65]);
    // ln(0.5 / 0.3) is 0.51 and ln(0.3 / 0.2) is 0.41.
    expect(greedy({ presencePenalty: 1 })).toEqual([65, 66, 67, 65, 65, 65]);
    expect(greedy({ frequencyPenalty: 0.6 })).toEqual([65, 66, 65, 67, 66, 65]);
    expect(greedy({ frequencyPenalty: -1 })).toEqual([65, 65, 65, 65, 65, 65]);
    // Logarithms of probabilities are negative, so a repetition penalty multiplies them.
    expect(greedy({ repetitionPenalty: 3 })).toEqual([65, 66, 67, 65, 65, 65]);
  });

  it('forget the tokens that a truncation removed, and give the same ones again', () => {
    const sampling = { presencePenalty: 1.5, frequencyPenalty: 0.4, seed: 5 };
    withSampler(sampling, (sampler) => {
      const once = draw(sampler, positions);
      expect(draw(sampler, positions.slice(10))).toEqual(once.slice(10));
      expect(draw(sampler, positions)).toEqual(once);
    });
  });

  it('go on after a failover with the tokens that were generated elsewhere', () => {
    const sampling = { presencePenalty: 1.5, repetitionPenalty: 1.3, seed: 6 };
    const once = withSampler(sampling, (sampler) => draw(sampler, positions));
    const rest = withSampler(
      sampling,
      (sampler) => draw(sampler, positions.slice(15)),
      once.slice(0, 15),
    );
    expect(rest).toEqual(once.slice(15));
  });

  it('go on as well when they are told in the middle what another sampler picked', () => {
    const sampling = { presencePenalty: 1.5, repetitionPenalty: 1.3, seed: 6 };
    const once = withSampler(sampling, (sampler) => draw(sampler, positions));
    const rest = withSampler(
      sampling,
      (sampler) => {
        draw(sampler, [positions[9] ?? 0]);
        sampler.restoreHistory(once.slice(0, 15));
        return draw(sampler, positions.slice(15));
      },
      once.slice(0, 5),
    );
    expect(rest).toEqual(once.slice(15));
  });
});

describe('a grammar', () => {
  const person = String.raw`
root ::= "{" ws "\"name\":" ws string "," ws "\"age\":" ws [1-9] [0-9]{0,2} "," ws "\"tags\":" ws tags "}"
tags ::= "[" (string ("," ws string){0,3})? "]"
string ::= "\"" ([^"\\\x00-\x1f] | "\\" ["\\nt]){1,12} "\""
ws ::= " "?
`;

  it('makes text that parses as JSON, by any seed', () => {
    const texts = Array.from({ length: 25 }, (_, seed) =>
      withSampler({ grammar: person, seed, temperature: 1.5 }, (sampler) => write(sampler, 400)),
    );
    for (const text of texts) {
      expect(JSON.parse(text)).toMatchObject({
        name: expect.any(String),
        age: expect.any(Number),
        tags: expect.any(Array),
      });
    }
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('changes nothing where the model’s own choice is allowed', () => {
    const sampling = { seed: 9, temperature: 1 };
    const free = withSampler(sampling, (sampler) => draw(sampler, positions));
    const text = withSampler({ ...sampling, grammar: 'root ::= [^\\x00]*' }, (sampler) =>
      draw(sampler, positions),
    );
    const same = text.filter((token, index) => token === free[index]).length;
    expect(same).toBeGreaterThan(positions.length / 4);
  });

  it('goes back with a truncation and on after a failover', () => {
    const sampling = { grammar: person, seed: 3 };
    withSampler(sampling, (sampler) => {
      const once = draw(sampler, positions);
      expect(draw(sampler, positions.slice(12))).toEqual(once.slice(12));
      const rest = withSampler(
        sampling,
        (other) => draw(other, positions.slice(12)),
        once.slice(0, 12),
      );
      expect(rest).toEqual(once.slice(12));
    });
  });

  it('goes on where it is told what another sampler wrote, whatever it picked itself', () => {
    const sampling = { grammar: person, seed: 3 };
    const once = withSampler(sampling, (sampler) => draw(sampler, positions));
    const rest = withSampler(sampling, (sampler) => {
      draw(sampler, positions.slice(20, 22));
      sampler.restoreHistory(once.slice(0, 12));
      return draw(sampler, positions.slice(12));
    });
    expect(rest).toEqual(once.slice(12));
  });

  it('refuses text generated before that it does not allow', () => {
    const generated = [...Buffer.from('{"nome"')];
    expect(() => withSampler({ grammar: person }, () => 0, generated)).toThrow(
      /does not allow token/,
    );
  });

  it('refuses tokens generated before that are not in the vocabulary', () => {
    expect(() => withSampler({}, () => 0, [1, 320])).toThrow('Token 320 is not in the vocabulary');
  });

  it('says so when no token can come next', () => {
    // No character comes both after z and before a.
    const grammar = 'root ::= "x" [z-a]';
    expect(() => withSampler({ grammar }, (sampler) => draw(sampler, [0, 1]))).toThrow(
      'allows none of the model’s tokens',
    );
  });

  it.each([
    { what: 'nothing', grammar: '' },
    { what: 'a name alone', grammar: 'root' },
    { what: 'a rule that is not defined', grammar: 'root ::= other' },
    { what: 'no rule called root', grammar: 'start ::= "a"' },
    { what: 'a literal without an end', grammar: 'root ::= "a' },
    { what: 'a class without an end', grammar: 'root ::= [z-a' },
    { what: 'left recursion', grammar: 'root ::= root "a" | "b"' },
    { what: 'an unknown escape', grammar: 'root ::= "\\q"' },
    { what: 'half an escape', grammar: 'root ::= "\\x1"' },
    { what: 'half a repetition', grammar: 'root ::= "a" {1,2' },
    { what: 'a token', grammar: 'root ::= <[7]>' },
    {
      what: '5000 groups in each other',
      grammar: `root ::= ${'('.repeat(5000)}"a"${')'.repeat(5000)}`,
    },
    { what: '200,000 quotes', grammar: '"'.repeat(200_000) },
    { what: 'a name that is no word', grammar: '\u{1f600} ::= "a"' },
  ])('is refused when it is $what', ({ grammar }) => {
    expect(() => withSampler({ grammar }, () => 0)).toThrow(
      expect.objectContaining({ code: 'request-invalid' }),
    );
  });

  it('is given up when its text has more and more readings', () => {
    const grammar = 'root ::= "x" root "b" | "x" root "c" | "x"';
    const onlyX = logitsFor({ 120: 1 });
    expect(() =>
      withSampler({ grammar }, (sampler) =>
        Array.from({ length: 60 }, (_, position) => sampler.sample(onlyX, position)),
      ),
    ).toThrow(/too (ambiguous|complicated)/);
  });
});

describe('log-probabilities', () => {
  it('are those of the raw logits, likeliest first, and add up to one', () => {
    const logits = noisyLogits(3);
    const all = logprobsOf(logits, 65, logits.length);
    const sum = all.top.reduce((total, { logprob }) => total + Math.exp(logprob), 0);
    expect(sum).toBeCloseTo(1, 10);
    const values = all.top.map(({ logprob }) => logprob);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    expect(all.top.find(({ token }) => token === 65)?.logprob).toBe(all.logprob);
  });

  it('come only when asked for, and the greedy token’s is the largest', () => {
    expect(withSampler({}, (sampler) => sampler.sample(noisyLogits(0), 0).detail)).toBeUndefined();
    for (const position of positions) {
      const { token, detail } = withSampler({ temperature: 0, topLogprobs: 5 }, (sampler) =>
        sampler.sample(noisyLogits(position), position),
      );
      expect(detail?.top).toHaveLength(5);
      expect(detail?.top[0]).toEqual({ token, logprob: detail?.logprob });
    }
  });

  it('do not depend on temperature, cuts and penalties', () => {
    const plain = withSampler({ topLogprobs: 3 }, (sampler) => sampler.sample(noisyLogits(1), 1));
    const sampling = { topLogprobs: 3, temperature: 0.2, topK: 1, presencePenalty: 2 };
    const cut = withSampler(sampling, (sampler) => sampler.sample(noisyLogits(1), 1));
    expect(cut.detail?.top).toEqual(plain.detail?.top);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostDecodeTokens, planBatch, type Share, type Waiting } from './scheduler.ts';

const alone = { batchSize: 512, promptTokens: 64, answering: false };

function waiting(...tokens: number[]): Waiting[] {
  return tokens.map((count, index) => ({
    session: index + 1,
    tokens: count,
    layers: 4,
    isOneByOne: false,
  }));
}

function shares(plan: readonly Share[]): number[][] {
  return plan.map(({ session, tokens }) => [session, tokens]);
}

describe('planBatch', () => {
  it('gives a single prompt as much as fits', () => {
    expect(shares(planBatch(waiting(2000), alone))).toEqual([[1, 512]]);
    expect(shares(planBatch(waiting(300), alone))).toEqual([[1, 300]]);
  });

  it('takes answers first, and then only so much of a prompt that they are not delayed too long', () => {
    expect(shares(planBatch(waiting(2000, 1, 3), alone))).toEqual([
      [2, 1],
      [3, 3],
      [1, 64],
    ]);
  });

  it('keeps prompts short while an answer’s next token is on its way through other shards', () => {
    expect(shares(planBatch(waiting(2000), { ...alone, answering: true }))).toEqual([[1, 64]]);
  });

  it('shares the batch between prompts, and gives the unused part of a short one to the others', () => {
    expect(shares(planBatch(waiting(2000, 2000), alone))).toEqual([
      [1, 256],
      [2, 256],
    ]);
    expect(shares(planBatch(waiting(50, 2000, 2000), alone))).toEqual([
      [1, 50],
      [2, 231],
      [3, 231],
    ]);
  });

  it('computes one-by-one segments token by token, in batches of their own, when their turn comes', () => {
    const line: Waiting[] = [
      { session: 1, tokens: 1, layers: 4, isOneByOne: false },
      { session: 2, tokens: 4, layers: 4, isOneByOne: true },
      { session: 3, tokens: 40, layers: 4, isOneByOne: false },
      { session: 4, tokens: 4, layers: 4, isOneByOne: true },
    ];
    expect(shares(planBatch(line, alone))).toEqual([
      [1, 1],
      [3, 40],
    ]);
    expect(shares(planBatch(line.slice(1), alone))).toEqual([[2, 1]]);
    const withPrompt = [...waiting(400), ...line.slice(1, 2)];
    expect(shares(planBatch(withPrompt, alone))).toEqual([[1, 64]]);
  });

  it('puts only sessions with the same layers into a batch, those of the first session in the queue', () => {
    const line: Waiting[] = [
      { session: 1, tokens: 300, layers: 2, isOneByOne: false },
      { session: 2, tokens: 300, layers: 4, isOneByOne: false },
      { session: 3, tokens: 300, layers: 2, isOneByOne: false },
    ];
    expect(shares(planBatch(line, alone))).toEqual([
      [1, 256],
      [3, 256],
    ]);
    expect(shares(planBatch(line.slice(1), alone))).toEqual([[2, 300]]);
    const withAnswer = [...line, { session: 4, tokens: 1, layers: 4, isOneByOne: false }];
    expect(shares(planBatch(withAnswer, alone))).toEqual([
      [1, 32],
      [3, 32],
    ]);
  });

  it('takes the sessions that have waited longest first when there is no room for all', () => {
    const tiny = { batchSize: 3, promptTokens: 16, answering: false };
    expect(shares(planBatch(waiting(1, 1, 1, 1, 100), tiny))).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(shares(planBatch(waiting(100, 100, 100, 100), tiny))).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });

  it('never exceeds the batch or the waiting tokens, never takes a session twice, and always makes progress', () => {
    const anyWaiting = fc
      .array(
        fc.record({
          tokens: fc.integer({ min: 1, max: 5000 }),
          layers: fc.constantFrom(3, 4),
          isOneByOne: fc.boolean(),
        }),
        { maxLength: 40 },
      )
      .map((line) => line.map((each, index) => ({ session: index + 1, ...each })));
    const anyLimits = fc.record({
      batchSize: fc.integer({ min: 1, max: 1024 }),
      promptTokens: fc.integer({ min: 1, max: 1024 }),
      answering: fc.boolean(),
    });
    fc.assert(
      fc.property(anyWaiting, anyLimits, (line, limits) => {
        const plan = planBatch(line, limits);
        const total = plan.reduce((sum, { tokens }) => sum + tokens, 0);
        expect(total).toBeLessThanOrEqual(limits.batchSize);
        expect(total > 0).toBe(line.length > 0);
        expect(new Set(plan.map(({ session }) => session)).size).toBe(plan.length);
        for (const { session, tokens } of plan) {
          expect(tokens).toBeGreaterThan(0);
          expect(tokens).toBeLessThanOrEqual(line[session - 1]?.tokens ?? 0);
        }
        const layers = plan.map(({ session }) => line[session - 1]?.layers);
        expect(new Set(layers).size).toBe(Math.min(1, line.length));
        const oneByOne = plan.filter(({ session }) => line[session - 1]?.isOneByOne);
        expect(oneByOne.length === 0 || (total === 1 && plan.length === 1)).toBe(true);
        const answers = line.filter(({ tokens }) => tokens <= mostDecodeTokens);
        const prompts = plan.filter(
          ({ session }) => (line[session - 1]?.tokens ?? 0) > mostDecodeTokens,
        );
        const isShared = answers.length > 0 || limits.answering;
        const promptTokens = prompts.reduce((sum, { tokens }) => sum + tokens, 0);
        expect(promptTokens).toBeLessThanOrEqual(isShared ? limits.promptTokens : limits.batchSize);
      }),
    );
  });
});

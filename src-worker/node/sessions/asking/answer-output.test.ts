import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerOutput, longestHoldMs, sparingMs } from './answer-output.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** An output with this many tokens in it, and its clock. */
function outputOf(count: number) {
  const clock = { now: 1000 };
  const output = new AnswerOutput(() => clock.now);
  for (let token = 0; token < count; token += 1) {
    const sampled = { token, endOfGeneration: false, detail: undefined, computeMs: 1, at: 1000 };
    output.push({ type: 'yield', token: sampled });
  }
  output.push({ type: 'end', reason: 'end', accounts: [] });
  const taken: (number | string)[] = [];
  const pass = async (ms: number): Promise<void> => {
    clock.now += ms;
    await vi.advanceTimersByTimeAsync(ms);
  };
  return { output, taken, pass };
}

async function takeAll(output: AnswerOutput, taken: (number | string)[]): Promise<void> {
  for (let next = await output.next(); next !== undefined; next = await output.next()) {
    taken.push(next.type === 'yield' ? next.token.token : next.type);
  }
}

describe("an answer's output", () => {
  it('hands tokens out as they come', async () => {
    const { output, taken, pass } = outputOf(3);
    void takeAll(output, taken);
    await pass(0);
    expect(taken).toEqual([0, 1, 2, 'end']);
  });

  it('hands tokens out slowly while another source gets ready, and all at once when that is ready', async () => {
    const { output, taken, pass } = outputOf(5);
    output.spare(true);
    void takeAll(output, taken);
    await pass(sparingMs - 1);
    expect(taken).toEqual([0]);
    await pass(1);
    expect(taken).toEqual([0, 1]);
    await pass(sparingMs);
    expect(taken).toEqual([0, 1, 2]);
    output.spare(false);
    await pass(0);
    expect(taken).toEqual([0, 1, 2, 3, 4, 'end']);
  });

  it('never delays a token for longer than a second', async () => {
    const { output, taken, pass } = outputOf(100);
    output.spare(true);
    void takeAll(output, taken);
    for (let passed = 0; passed < longestHoldMs; passed += sparingMs) {
      await pass(sparingMs);
    }
    expect(taken).toHaveLength(101);
  });

  it('throws the failure after all tokens that came before it', async () => {
    const output = new AnswerOutput(() => 0);
    output.push({ type: 'end', reason: 'end', accounts: [] });
    output.fail(new Error('It failed.'));
    expect(await output.next()).toMatchObject({ type: 'end' });
    await expect(output.next()).rejects.toThrow('It failed.');
  });
});

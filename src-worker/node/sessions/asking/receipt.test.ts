import { describe, expect, it } from 'vitest';
import { type AnswerMeasurements, makeReceipt } from './receipt.ts';

function stage(peer: string, firstLayer: number, lastLayer: number) {
  return { peer, addresses: [], firstLayer, lastLayer };
}

const measured: AnswerMeasurements = {
  model: 'Test model',
  route: [stage('a', 0, 2), stage('b', 3, 5)],
  accounts: [
    { tokens: 20, computeMs: 4, turnaroundMs: 4.5 },
    { tokens: 20, computeMs: 6, turnaroundMs: 6.25 },
  ],
  cachedTokens: 0,
  promptTokens: 10,
  tokens: 11,
  takeovers: 0,
  startedAt: 1000,
  firstTokenAt: 1100,
  latestTokenAt: 1300,
  endedAt: 1310,
  tokenMs: 12.75,
  computeMs: 10,
};

describe('a receipt', () => {
  it('counts decoding speed without the first token, whose time is the prompt’s', () => {
    expect(makeReceipt(measured)).toMatchObject({
      tokensPerSecond: 50,
      firstTokenMs: 100,
      totalMs: 310,
      promptTokens: 10,
      tokens: 11,
    });
  });

  it('gives each hop its share of the links’ time and the time that its stage had a token without computing it', () => {
    expect(makeReceipt(measured).stages).toEqual([
      { peer: 'a', firstLayer: 0, lastLayer: 2, computeMs: 4, hopMs: 1.5 },
      { peer: 'b', firstLayer: 3, lastLayer: 5, computeMs: 6, hopMs: 1.25 },
    ]);
  });

  it('gives nothing to a link inside one machine', () => {
    const route = [stage('a', 0, 1), stage('a', 2, 3), stage('b', 4, 5)];
    const accounts = route.map(() => ({ tokens: 1, computeMs: 3, turnaroundMs: 3 }));
    const { stages } = makeReceipt({ ...measured, route, accounts, tokenMs: 13 });
    expect(stages.map(({ hopMs }) => hopMs)).toEqual([2, 0, 2]);
  });

  it('shares the computing by layers where stages gave no account', () => {
    const accounts = [undefined, undefined];
    const route = [stage('a', 0, 0), stage('b', 1, 4)];
    const { stages } = makeReceipt({ ...measured, route, accounts });
    expect(stages.map(({ computeMs }) => computeMs)).toEqual([2, 8]);
    expect(stages.map(({ hopMs }) => hopMs)).toEqual([1.375, 1.375]);
  });

  it('has finite numbers only for an answer of one token', () => {
    const one = makeReceipt({
      ...measured,
      tokens: 1,
      latestTokenAt: 1100,
      tokenMs: 0,
      computeMs: 0,
      accounts: [],
    });
    expect(one.tokensPerSecond).toBe(0);
    expect(one.stages.map(({ hopMs, computeMs }) => [hopMs, computeMs])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

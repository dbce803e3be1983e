import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../src-shared/chat.ts';
import { MeasuredSpeeds } from './measured-speeds.ts';

const stage = { peer: 'a', firstLayer: 0, lastLayer: 5, computeMs: 1, hopMs: 1 };
const receipt: Receipt = {
  model: 'Model',
  stages: [stage],
  promptTokens: 3,
  tokens: 16,
  tokensPerSecond: 7,
  firstTokenMs: 1,
  totalMs: 1,
};

describe('the speed of a peer', () => {
  it('is the speed of its last answer with one model, for ten minutes', () => {
    let now = 0;
    const speeds = new MeasuredSpeeds(() => now);
    expect(speeds.of('a')).toBeUndefined();
    expect(speeds.note('one', { ...receipt, tokensPerSecond: 99 })).toBe('a');
    expect(speeds.note('one', receipt)).toBe('a');
    now += 300_000;
    speeds.note('other', { ...receipt, tokensPerSecond: 50 });
    expect([...(speeds.of('a') ?? [])]).toEqual([
      ['one', 7],
      ['other', 50],
    ]);
    now += 300_000;
    expect([...(speeds.of('a') ?? [])]).toEqual([['other', 50]]);
  });

  it.each<[string, Partial<Receipt>]>([
    ['of several peers', { stages: [stage, stage] }],
    ['that another peer began', { takeovers: 1 }],
    ['of few tokens', { tokens: 15 }],
    ['without a speed', { tokensPerSecond: 0 }],
  ])('is not taken from an answer %s', (_title, changes) => {
    const speeds = new MeasuredSpeeds(() => 0);
    expect(speeds.note('one', { ...receipt, ...changes })).toBeUndefined();
    expect(speeds.of('a')).toBeUndefined();
  });
});

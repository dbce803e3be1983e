import { expect, it } from 'vitest';
import { receipt } from '../../../test/support/host/host-usage.ts';
import { demoJson, demoTable, halves, peersOf } from './demo-report.ts';

it('cuts any model that has two layers into two parts that cover it', () => {
  expect(halves(2)).toEqual([
    { firstLayer: 0, lastLayer: 0 },
    { firstLayer: 1, lastLayer: 1 },
  ]);
  expect(halves(7)).toEqual([
    { firstLayer: 0, lastLayer: 2 },
    { firstLayer: 3, lastLayer: 6 },
  ]);
});

it('tells programs the route', () => {
  expect(demoJson('Hello.', receipt(), ['cpu', 'vulkan'])).toEqual({
    answer: 'Hello.',
    tokens: 5,
    tokensPerSecond: 40,
    backends: ['cpu', 'vulkan'],
    route: [
      { peer: '12D3KooWFirst', firstLayer: 0, lastLayer: 3, hopMs: 0.2 },
      { peer: '12D3KooWLast', firstLayer: 4, lastLayer: 7, hopMs: 0.3 },
    ],
  });
});

it('tells people the same as a table', () => {
  expect(demoTable(receipt())).toEqual([
    'peer           layers   computing   hop',
    '…ooWFirst      0–3      1.50 ms     0.20 ms',
    '12D3KooWLast   4–7      1.60 ms     0.30 ms',
    '',
    '5 tokens, 40.0 tokens/s over 2 peers; times are medians per token.',
  ]);
});

it('counts a peer once, however many stages it has', () => {
  const [stage] = receipt().stages;
  expect(peersOf(receipt({ stages: stage === undefined ? [] : [stage, stage] }))).toBe(1);
});

import { expect, it } from 'vitest';
import { lookUpGraphicsNames, parseGraphicsNames } from './graphics-names.ts';

it('reads names by PCI address, with and without the domain', () => {
  const text = JSON.stringify([
    { busAddress: '0b:00.0', model: 'Navi 31 [Radeon RX 7900 XTX]', vendor: 'AMD' },
    { busAddress: '0000:00:02.0', model: '', vendor: 'Intel Corporation' },
    { busAddress: '', model: 'Virtual', vendor: 'X' },
  ]);
  expect([...parseGraphicsNames(text)]).toEqual([
    ['0000:0b:00.0', 'Navi 31 [Radeon RX 7900 XTX]'],
    ['0000:00:02.0', 'Intel Corporation'],
  ]);
});

it('does without names when they cannot be had', async () => {
  const { signal } = new AbortController();
  const nonsense = Promise.resolve('Segmentation fault');
  expect(await lookUpGraphicsNames(() => nonsense, 'node', signal)).toEqual(new Map());
  const failing = Promise.reject(new Error('no'));
  expect(await lookUpGraphicsNames(() => failing, 'node', signal)).toEqual(new Map());
});

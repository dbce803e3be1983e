import { expect, it } from 'vitest';
import { Median } from './median.ts';

it('is zero without measurements, else the middle one or the mean of the middle two', () => {
  const median = new Median();
  expect(median.value).toBe(0);
  for (const [value, expected] of [
    [9, 9],
    [1, 5],
    [2, 2],
    [100, 5.5],
  ] as const) {
    median.add(value);
    expect(median.value).toBe(expected);
  }
  expect(median.count).toBe(4);
});

it('forgets the oldest of very many measurements', () => {
  const median = new Median();
  for (let index = 0; index < 5000; index += 1) {
    median.add(index < 3000 ? 7 : 3);
  }
  expect(median.value).toBe(3);
});

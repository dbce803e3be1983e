import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepForMs, PrefixCache } from './prefix-cache.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function keptOf(maxSequences = 4, maxTokens = 1000) {
  const dropped: number[] = [];
  const onDropped = (number: number): void => void dropped.push(number);
  return { kept: new PrefixCache({ maxSequences, maxTokens, onDropped }), dropped };
}

it('gives a sequence to the one that resumes it, once', () => {
  const { kept, dropped } = keptOf();
  kept.add('a', 1, 100);
  expect(kept.take('b')).toBeUndefined();
  expect(kept.take('a')).toBe(1);
  expect(kept.take('a')).toBeUndefined();
  vi.advanceTimersByTime(2 * keepForMs);
  expect(dropped).toEqual([]);
});

it('makes room at once, the oldest first, and no more than is needed', () => {
  const { kept, dropped } = keptOf();
  kept.add('a', 1, 100);
  kept.add('b', 2, 300);
  kept.add('c', 3, 200);
  kept.shrinkTo(4, 500);
  expect(dropped).toEqual([1]);
  kept.shrinkTo(1, 500);
  expect(dropped).toEqual([1, 2]);
  kept.clear();
  expect(dropped).toEqual([1, 2, 3]);
});

it('keeps no more than its own share, however much room there is', () => {
  const { kept, dropped } = keptOf(2, 500);
  kept.add('a', 1, 10);
  kept.add('b', 2, 10);
  kept.add('c', 3, 10);
  kept.add('d', 4, 500);
  kept.add('e', 5, 501);
  expect(dropped).toEqual([1, 2, 3, 4, 5]);
});

it('forgets a sequence when a later one takes its name, and each after a few minutes', () => {
  const { kept, dropped } = keptOf();
  kept.add('a', 1, 10);
  kept.add('a', 2, 10);
  expect(dropped).toEqual([1]);
  vi.advanceTimersByTime(keepForMs / 2);
  kept.add('b', 3, 10);
  vi.advanceTimersByTime(keepForMs / 2);
  expect(dropped).toEqual([1, 2]);
  vi.advanceTimersByTime(keepForMs);
  expect(dropped).toEqual([1, 2, 3]);
});

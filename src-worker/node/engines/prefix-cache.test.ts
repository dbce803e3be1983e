import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepForMs, PrefixCache } from './prefix-cache.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function cacheOf(maxSequences = 4, maxTokens = 1000) {
  const dropped: number[] = [];
  const onDropped = (number: number): void => void dropped.push(number);
  return { cache: new PrefixCache({ maxSequences, maxTokens, onDropped }), dropped };
}

it('hands a sequence to the session that resumes it, once', () => {
  const { cache, dropped } = cacheOf();
  cache.add('a', 1, 100);
  expect(cache.take('b')).toBeUndefined();
  expect(cache.take('a')).toBe(1);
  expect(cache.take('a')).toBeUndefined();
  vi.advanceTimersByTime(2 * keepForMs);
  expect(dropped).toEqual([]);
});

it('drops the oldest sequences when room is needed, and no more than that', () => {
  const { cache, dropped } = cacheOf();
  cache.add('a', 1, 100);
  cache.add('b', 2, 300);
  cache.add('c', 3, 200);
  cache.shrinkTo(4, 500);
  expect(dropped).toEqual([1]);
  cache.shrinkTo(1, 500);
  expect(dropped).toEqual([1, 2]);
  cache.clear();
  expect(dropped).toEqual([1, 2, 3]);
});

it('keeps no more than its limits, however much room there is', () => {
  const { cache, dropped } = cacheOf(2, 500);
  cache.add('a', 1, 10);
  cache.add('b', 2, 10);
  cache.add('c', 3, 10);
  cache.add('d', 4, 500);
  cache.add('e', 5, 501);
  expect(dropped).toEqual([1, 2, 3, 4, 5]);
});

it('drops a sequence when a later one gets its name, and each after a few minutes', () => {
  const { cache, dropped } = cacheOf();
  cache.add('a', 1, 10);
  cache.add('a', 2, 10);
  expect(dropped).toEqual([1]);
  vi.advanceTimersByTime(keepForMs / 2);
  cache.add('b', 3, 10);
  vi.advanceTimersByTime(keepForMs / 2);
  expect(dropped).toEqual([1, 2]);
  vi.advanceTimersByTime(keepForMs);
  expect(dropped).toEqual([1, 2, 3]);
});

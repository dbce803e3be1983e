import { expect, it } from 'vitest';
import { BatchTimes } from './batch-times.ts';

it('expects 0 before the first batch of its kind', () => {
  const times = new BatchTimes();
  times.record(1, 30);
  expect(times.expectedMs(512)).toBe(0);
  expect(times.expectedMs(4)).toBe(30);
});

it('expects the time of the slowest batch of its kind, for prompts by their tokens', () => {
  const times = new BatchTimes();
  times.record(100, 1000);
  times.record(200, 1000);
  times.record(1, 50);
  times.record(2, 40);
  expect(times.expectedMs(512)).toBe(5120);
  expect(times.expectedMs(1)).toBe(50);
});

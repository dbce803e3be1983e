import { expect, it } from 'vitest';
import { backOffMs } from '../../../../src-shared/back-off.ts';
import { peerRetries } from './peer-keeper.ts';

it('waits for a peer from one second to one minute, less up to half at random', () => {
  const delays = [1, 2, 3, 6, 7, 50].map((failures) => backOffMs(peerRetries, failures, 0));
  expect(delays).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000]);
  expect(backOffMs(peerRetries, 1, 0.5)).toBe(750);
});

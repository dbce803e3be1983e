import { describe, expect, it } from 'vitest';
import { PeerClocks } from './peer-clocks.ts';

const now = 1_800_000_000_000;
const minute = 60_000;

/** How far this clock counts as ahead, in minutes, among peers whose clocks are behind it by these minutes. */
function aheadAmong(...minutes: readonly number[]): number {
  const clocks = new PeerClocks(() => now);
  minutes.forEach((behind, index) => clocks.heard(`peer ${index}`, now - behind * minute));
  return clocks.aheadMs / minute;
}

describe('this machine’s clock', () => {
  it.each<[string, readonly number[], number]>([
    ['may be right before any record came', [], 0],
    ['may be right where one peer alone says otherwise', [70], 0],
    ['is ahead where two say so', [70, 70.2], 70],
    ['is behind where two say so', [-840, -840.3], -840],
    ['may be right where two say different things', [70, -70], 0],
    ['is off where most say so', [70, 0, 70, 70.5], 70],
    ['may be right where only half say so', [70, 70, 0, 0], 0],
    ['is right though some are wrong', [0, 0.3, 0.1, 600, 600], 0],
    ['may be off by a little', [4, 4, 4], 0],
  ])('%s', (_title, minutes, ahead) => {
    expect(aheadAmong(...minutes)).toBe(ahead);
    expect(aheadAmong(...minutes.toReversed())).toBe(ahead);
  });

  it('is judged by connected peers alone, and by the latest record of each', () => {
    const clocks = new PeerClocks(() => now);
    clocks.heard('a', now - 70 * minute);
    clocks.heard('b', now - 70 * minute);
    expect(clocks.aheadMs).toBe(70 * minute);
    clocks.heard('b', now);
    expect(clocks.aheadMs).toBe(0);
    clocks.heard('b', now - 70 * minute);
    clocks.disconnected('a');
    expect(clocks.aheadMs).toBe(0);
  });
});

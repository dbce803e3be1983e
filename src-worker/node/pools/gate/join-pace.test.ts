import { describe, expect, it } from 'vitest';
import { JoinPace } from './join-pace.ts';

describe('the pace of joining', () => {
  it('allows each host a number of failures a minute', () => {
    const pace = new JoinPace();
    for (let attempt = 0; attempt < 8; attempt += 1) {
      expect(pace.mayTry('a', attempt)).toBe(true);
      pace.failed('a', attempt);
    }
    expect(pace.mayTry('a', 10)).toBe(false);
    expect(pace.mayTry('b', 10)).toBe(true);
    expect(pace.mayTry('a', 60_001)).toBe(true);
  });

  it('allows a number of failures a minute over all hosts', () => {
    const pace = new JoinPace();
    for (let attempt = 0; attempt < 64; attempt += 1) {
      pace.failed(`host ${attempt}`, 0);
    }
    expect(pace.mayTry('host new', 1)).toBe(false);
    expect(pace.mayTry('host new', 60_000)).toBe(true);
  });
});

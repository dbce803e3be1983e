import { describe, expect, it } from 'vitest';
import { RelayPace } from './relay-pace.ts';

describe('RelayPace', () => {
  it('lets a second’s worth of bytes through at once, and demands a wait for more', () => {
    const pace = new RelayPace(1000, () => 0);
    expect(pace.spend(1000)).toBe(0);
    expect(pace.spend(500)).toBe(500);
    expect(pace.spend(500)).toBe(1000);
  });

  it('recovers with time, and saves up at most a second’s worth', () => {
    let now = 0;
    const pace = new RelayPace(1000, () => now);
    pace.spend(3000);
    now = 1500;
    expect(pace.spend(0)).toBe(500);
    now = 100_000;
    expect(pace.spend(1500)).toBe(500);
  });
});

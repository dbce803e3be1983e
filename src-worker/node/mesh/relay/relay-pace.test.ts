import { describe, expect, it } from 'vitest';
import { RelayPace } from './relay-pace.ts';

describe('RelayPace', () => {
  it('lets a second of bytes go at once, and asks to wait for what is more', () => {
    const pace = new RelayPace(1000, () => 0);
    expect(pace.spend(1000)).toBe(0);
    expect(pace.spend(500)).toBe(500);
    expect(pace.spend(500)).toBe(1000);
  });

  it('forgives with time, and saves up no more than a second', () => {
    let now = 0;
    const pace = new RelayPace(1000, () => now);
    pace.spend(3000);
    now = 1500;
    expect(pace.spend(0)).toBe(500);
    now = 100_000;
    expect(pace.spend(1500)).toBe(500);
  });
});

import { describe, expect, it } from 'vitest';
import { mostBlamed } from './faults.ts';
import { WrongRefusals } from './wrong-refusals.ts';

describe('a wrong refusal', () => {
  it('is a fault the second time within an hour, and then only after two further ones', () => {
    let now = 0;
    const refusals = new WrongRefusals(() => now);
    expect(refusals.isFault('a')).toBe(false);
    now += 3600_000;
    expect(refusals.isFault('b')).toBe(false);
    expect(refusals.isFault('a')).toBe(true);
    expect(refusals.isFault('a')).toBe(false);
    expect(refusals.isFault('a')).toBe(true);
    now += 3600_001;
    expect(refusals.isFault('b')).toBe(false);
  });

  it('is forgotten for newer ones when many peers refuse', () => {
    const refusals = new WrongRefusals(() => 0);
    for (let index = 0; index <= mostBlamed; index += 1) {
      refusals.isFault(`peer ${index}`);
    }
    expect(refusals.size).toBe(mostBlamed);
    expect(refusals.isFault('peer 0')).toBe(false);
    expect(refusals.isFault(`peer ${mostBlamed}`)).toBe(true);
  });
});

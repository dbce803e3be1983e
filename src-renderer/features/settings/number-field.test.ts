import { describe, expect, it } from 'vitest';
import { boundsOf } from '../../../src-shared/settings/kinds.ts';
import { readNumber } from './number-field.ts';

describe('a number that was typed', () => {
  const percent = { least: 1, most: 100 };

  it('is read with spaces around it and separators in it', () => {
    expect(readNumber(' 20 ', percent)).toEqual({ value: 20 });
    expect(readNumber('100,000', { least: 1, most: 1_000_000 })).toEqual({ value: 100_000 });
    expect(readNumber('1 000 000', { least: 1, most: 1_000_000 })).toEqual({ value: 1_000_000 });
  });

  it.each(['', '0', '101', '2.5', '1e2', '-5', '0x10', '9'.repeat(20), 'ten', '1,0'])(
    'is refused with its bounds: %s',
    (typed) => {
      expect(readNumber(typed, percent)).toEqual({
        problem: 'Enter a whole number from 1 to 100.',
      });
    },
  );

  it('has the bounds of its setting’s schema, also where that may be null', () => {
    expect(boundsOf('idleMinutes')).toEqual({ least: 0, most: 1440 });
    expect(boundsOf('pauseOnGpuLoadPercent')).toEqual({ least: 1, most: 100 });
    expect(boundsOf('cpuTemperatureCeilingCelsius')).toEqual({ least: 40, most: 110 });
    expect(boundsOf('apiPort')).toEqual({ least: 0, most: 65_535 });
  });
});

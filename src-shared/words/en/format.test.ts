import { describe, expect, it } from 'vitest';
import {
  asSentence,
  bytes,
  day,
  duration,
  milliseconds,
  percent,
  rate,
  shortPeer,
  timeOfDay,
} from './format.ts';

describe('amounts as people read them', () => {
  it('keeps digits only while they say something', () => {
    expect([0, 9.87, 31.25, 1234.5].map(rate)).toEqual(['0', '9.9', '31.3', '1,235']);
    expect([0.424, 85.4, 1444, 125_000].map(milliseconds)).toEqual([
      '0.42 ms',
      '85 ms',
      '1.4 s',
      '2 min 5 s',
    ]);
  });

  it('counts memory in powers of 1024', () => {
    expect([512, 2_500_000, 24 * 1024 ** 3].map(bytes)).toEqual(['512 B', '2.4 MB', '24 GB']);
  });

  it('names how long something has been running in two units', () => {
    const hour = 3_600_000;
    expect([-5, 59_000, 3 * hour + 120_000, 50 * hour].map(duration)).toEqual([
      '0 min',
      '0 min',
      '3 h 2 min',
      '2 d 2 h',
    ]);
  });

  it('writes days out and leaves alone what is no day', () => {
    expect(day('2025-03-01')).toBe('March 1');
    expect(day('yesterday')).toBe('yesterday');
  });

  it('writes shares in percent and times of a day with two digits', () => {
    expect([0, 0.004, 0.256, 1].map(percent)).toEqual(['0 %', '0 %', '26 %', '100 %']);
    expect(timeOfDay(new Date(2026, 0, 5, 7, 4).getTime())).toBe('07:04');
  });

  it('makes a sentence of words that the host puts into the middle of one', () => {
    expect(['no sensor tells', 'It hangs.'].map(asSentence)).toEqual([
      'No sensor tells.',
      'It hangs.',
    ]);
  });

  it('shortens a peer to the end of its name, where names differ', () => {
    expect(shortPeer('12D3KooWGjExampleExampleExampleAbCdEfGh')).toBe('…AbCdEfGh');
    expect(shortPeer('me')).toBe('me');
  });
});

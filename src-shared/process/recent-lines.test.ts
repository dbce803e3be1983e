import { expect, it } from 'vitest';
import { RecentLines, recentLinesLimits } from './recent-lines.ts';

it('puts lines together however the output was cut, and tells each once', () => {
  const told: string[] = [];
  const lines = new RecentLines({ onLine: (line) => told.push(line) });
  for (const piece of ['fir', 'st\r\nsec', 'ond\n\n', 'third']) {
    lines.push(piece);
  }
  expect(told).toEqual(['first', 'second']);
  lines.end();
  expect(told).toEqual(['first', 'second', 'third']);
  expect(lines.text).toBe('first\nsecond\nthird');
});

it('keeps the last lines only, each of bounded length', () => {
  const lines = new RecentLines();
  for (let index = 0; index < 1000; index += 1) {
    lines.push(`line ${index}\n`);
  }
  for (let piece = 0; piece < 100; piece += 1) {
    lines.push('x'.repeat(1000));
  }
  lines.end();
  const recent = lines.text.split('\n');
  expect(recent).toHaveLength(recentLinesLimits.lines);
  expect(recent.at(-2)).toBe('line 999');
  expect(recent.at(-1)).toHaveLength(recentLinesLimits.lineCharacters);
});

it('remembers what its reader finds worth it, and tells every line in full', () => {
  const told: string[] = [];
  const lines = new RecentLines({
    onLine: (line) => told.push(line),
    remember: (line) => (line.startsWith('at ') ? undefined : line.toUpperCase()),
    lineCharacters: 10_000,
  });
  lines.push(`broken\nat file.js\n${'x'.repeat(5000)}\n`);
  expect(lines.text).toBe(`BROKEN\n${'X'.repeat(recentLinesLimits.lineCharacters)}`);
  expect(told).toEqual(['broken', 'at file.js', 'x'.repeat(5000)]);
});

import { describe, expect, it } from 'vitest';
import { StderrTail } from './stderr-tail.ts';

function tailOf(...chunks: string[]): { text: string; logged: string[] } {
  const logged: string[] = [];
  const tail = new StderrTail((level, message) => logged.push(`${level}: ${message}`));
  for (const chunk of chunks) {
    tail.push(Buffer.from(chunk));
  }
  return { text: tail.text, logged };
}

describe('StderrTail', () => {
  it('passes log lines on, wherever the chunks are cut', () => {
    const { text, logged } = tailOf(
      '{"level":"info","mess',
      'age":"one"}\n{"level":"error",',
      '"message":"two"}\n',
    );
    expect(logged).toEqual(['info: one', 'error: two']);
    expect(text).toBe('one | two');
  });

  it('takes what is no log line as a warning of a library', () => {
    expect(tailOf('GGML_ASSERT failed\n\n{"level":1}\n').logged).toEqual([
      'warn: GGML_ASSERT failed',
      'warn: {"level":1}',
    ]);
  });

  it('keeps the last lines, without stack frames, also when the last one has no end', () => {
    const noise = Array.from({ length: 50 }, (_, index) => `line ${index}\n`).join('');
    const { text } = tailOf(
      noise,
      'Error: broken\n    at Module (file.js:12:3)\n',
      'Segmentation fa',
    );
    expect(text).toMatch(/^line 39 .* line 49 \| Error: broken \| Segmentation fa$/);
  });

  it('is not impressed by a line without an end', () => {
    const { text } = tailOf(...Array.from({ length: 100 }, () => 'x'.repeat(10_000)));
    expect(text.length).toBeLessThan(1000);
  });
});

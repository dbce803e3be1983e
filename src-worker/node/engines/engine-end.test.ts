import { describe, expect, it } from 'vitest';
import type { ChildExit } from '../../../src-shared/process/child.ts';
import { RecentLines } from '../../../src-shared/process/recent-lines.ts';
import { endOfEngine, engineOutput } from './engine-end.ts';

const killed: ChildExit = { code: null, signal: 'SIGABRT', output: '' };

function outputOf(...chunks: string[]): { text: string; logged: string[] } {
  const logged: string[] = [];
  const lines = new RecentLines(
    engineOutput((level, message) => logged.push(`${level}: ${message}`)),
  );
  for (const chunk of chunks) {
    lines.push(chunk);
  }
  lines.end();
  return { text: lines.text, logged };
}

function wordsAfter(output: string): string {
  return endOfEngine('The engine for model.gguf', { ...killed, output }).message;
}

describe('the output of an engine', () => {
  it('passes log lines to the log, wherever the chunks are cut', () => {
    const { text, logged } = outputOf(
      '{"level":"info","mess',
      'age":"one"}\n{"level":"error",',
      '"message":"two"}\n',
    );
    expect(logged).toEqual(['info: one', 'error: two']);
    expect(text).toBe('one\ntwo');
  });

  it('logs other lines as a library’s warning', () => {
    expect(outputOf('GGML_ASSERT failed\n\n{"level":1}\n').logged).toEqual([
      'warn: GGML_ASSERT failed',
      'warn: {"level":1}',
    ]);
  });

  it('passes a long log line to the log in full', () => {
    const message = 'x'.repeat(30_000);
    expect(outputOf(`${JSON.stringify({ level: 'info', message })}\n`).logged).toEqual([
      `info: ${message}`,
    ]);
  });

  it('keeps the last lines, without stack frames, also when the last one has no end', () => {
    const noise = Array.from({ length: 50 }, (_, index) => `line ${index}\n`).join('');
    const { text } = outputOf(
      noise,
      'Error: broken\n    at Module (file.js:12:3)\n',
      'Segmentation fa',
    );
    expect(wordsAfter(text)).toMatch(
      /^The engine for model.gguf was ended by SIGABRT; its last output: line 39 .* line 49 \| Error: broken \| Segmentation fa\.$/,
    );
  });

  it('stays bounded for a line without an end', () => {
    const { text } = outputOf(...Array.from({ length: 100 }, () => 'x'.repeat(10_000)));
    expect(wordsAfter(text).length).toBeLessThan(1000);
  });
});

describe('the end of an engine', () => {
  it.each<[Partial<ChildExit>, string]>([
    [{}, 'was ended by SIGABRT'],
    [{ signal: null, code: 3 }, 'ended with code 3'],
    [{ reason: 'gave no sign of life and was ended' }, 'gave no sign of life and was ended'],
    [{ error: new Error('spawn ENOENT') }, 'cannot be started: spawn ENOENT'],
  ])('%o: the engine %s', (exit, how) => {
    expect(endOfEngine('The engine for model.gguf', { ...killed, ...exit }).message).toBe(
      `The engine for model.gguf ${how}.`,
    );
  });
});

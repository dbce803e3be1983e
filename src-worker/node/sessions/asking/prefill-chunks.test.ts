import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentHeaderBytes } from '../../../wire/segment.ts';
import { chunkSize, cutExactly, cutPrompt } from './prefill-chunks.ts';
import { hiddenBytes, maxSegmentTokens } from '../protocol/stage-limits.ts';

describe('the size of a prompt’s pieces', () => {
  it.each([
    ['a chain of one takes pieces that the next question can resume', 512, 1, 2048, 256],
    ['two stages overlap on 512 tokens', 512, 2, 2048, 64],
    ['more stages get no smaller pieces than a tile', 512, 3, 2048, 64],
    ['a long prompt takes larger pieces', 8192, 2, 2048, 256],
    ['a very long prompt takes full batches', 100_000, 2, 2048, 512],
    ['a short prompt is not cut', 5, 4, 2048, 64],
    ['a very wide model stays below the largest frame', 100_000, 2, 65_536, 32],
  ])('%s', (_title, promptTokens, stages, width, expected) => {
    expect(chunkSize(promptTokens, stages, width)).toBe(expected);
  });

  it('never makes a frame that a stage would refuse', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 65_536 }),
        (promptTokens, stages, width) => {
          const size = chunkSize(promptTokens, stages, width);
          expect(size).toBeGreaterThanOrEqual(1);
          expect(size).toBeLessThanOrEqual(maxSegmentTokens);
          const limit = hiddenBytes(width);
          expect(segmentHeaderBytes + size * width * 4).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });
});

it('cuts a prompt without gap or overlap', () => {
  expect(cutPrompt(130, 64)).toEqual([
    { position: 0, count: 64 },
    { position: 64, count: 64 },
    { position: 128, count: 2 },
  ]);
  expect(cutPrompt(1, 512)).toEqual([{ position: 0, count: 1 }]);
});

it('cuts a replay as the first run was cut: the prompt in its pieces, generated tokens one by one', () => {
  expect(cutExactly(0, 137, 130, 64)).toEqual([
    { position: 0, count: 64, isOneByOne: false },
    { position: 64, count: 64, isOneByOne: false },
    { position: 128, count: 2, isOneByOne: false },
    { position: 130, count: 4, isOneByOne: true },
    { position: 134, count: 3, isOneByOne: true },
  ]);
  expect(cutExactly(64, 130, 130, 64)).toEqual([
    { position: 64, count: 64, isOneByOne: false },
    { position: 128, count: 2, isOneByOne: false },
  ]);
  expect(cutExactly(132, 134, 130, 64)).toEqual([{ position: 132, count: 2, isOneByOne: true }]);
});

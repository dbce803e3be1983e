import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchSizeFor } from './batch-size.ts';

describe('the batch size of a shard that outputs hidden states', () => {
  it('is the setting where the vocabulary is small, as in shards from the middle of a model', () => {
    expect([32, 2048, 16_384].map((vocabulary) => batchSizeFor(512, vocabulary))).toEqual([
      512, 512, 512,
    ]);
  });

  it('shrinks with the vocabularies of well-known models', () => {
    const vocabularies = { llama2: 32_000, smolLm: 49_152, llama3: 128_256, qwen3: 151_936 };

    const sizes = Object.entries(vocabularies).map(([name, size]) => [
      name,
      batchSizeFor(512, size),
    ]);

    expect(Object.fromEntries(sizes)).toEqual({
      llama2: 512,
      smolLm: 384,
      llama3: 128,
      qwen3: 128,
    });
  });

  it('is not changed where the setting is small', () => {
    expect(batchSizeFor(7, 151_936)).toBe(7);
  });

  it('keeps the room for logits within 160 MB for vocabularies of up to 312,500 tokens', () => {
    const vocabulary = fc.integer({ min: 1, max: 312_500 });
    fc.assert(
      fc.property(vocabulary, fc.integer({ min: 64, max: 8192 }), (size, wanted) => {
        const batchSize = batchSizeFor(wanted, size);

        expect(8 * size * batchSize).toBeLessThanOrEqual(160_000_000);
        expect(batchSize).toBeGreaterThanOrEqual(64);
        expect(batchSize).toBeLessThanOrEqual(wanted);
      }),
    );
  });

  it('never falls below 64, so that a very large vocabulary does not stop the shard', () => {
    expect(batchSizeFor(512, 10_000_000)).toBe(64);
  });
});

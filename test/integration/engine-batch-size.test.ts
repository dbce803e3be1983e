/** What a large vocabulary does to the memory of a shard that never computes logits, as llama.cpp reports it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Library, openLibrary } from '../../src-worker/engine/llama/library.ts';
import { Shard } from '../../src-worker/engine/llama/shard.ts';
import { roleOf, TestModel } from '../support/engine/engine-models.ts';
import { promptTokens } from '../support/engine/engine-shards.ts';

const layers = 3;
const vocabulary = 131_072;
const wanted = 512;
const mebibyte = 1024 * 1024;

describe('the shards of a model with a large vocabulary', () => {
  let library: Library;
  let model: TestModel;

  beforeAll(async () => {
    library = await openLibrary('cpu');
    model = await TestModel.create({ vocabulary, layers, type: 'Q8_0' });
  });

  afterAll(async () => await model.remove());

  async function load(layer: number): Promise<Shard> {
    return await Shard.load(library, await model.cut(layer, layer), {
      role: roleOf(layer, layer, layers),
      contextLength: 1024,
      maxSessions: 4,
      batchSize: wanted,
      threads: 1,
    });
  }

  it('decode less at once in the first, whose buffers stay small, and all of it in the others', async () => {
    const first = await load(0);
    try {
      const { batchSize } = first;
      expect(batchSize).toBe(128);
      // The logits of 512 tokens alone would be planned with 256 MiB.
      expect(library.log.contextBytes).toBeLessThan(128 * mebibyte);

      const values = new Uint8Array(Int32Array.from(promptTokens(batchSize)).buffer);
      const run = { slot: 0, position: 0, count: batchSize, values, wantsLogits: false };
      const [hidden] = first.decode([run]);
      expect(hidden?.byteLength).toBe(batchSize * first.model.width * 4);
    } finally {
      first.dispose();
    }
    for (const layer of [1, 2]) {
      const other = await load(layer);
      expect(other.batchSize).toBe(wanted);
      expect(library.log.contextBytes).toBeLessThan(64 * mebibyte);
      other.dispose();
    }
  });
});

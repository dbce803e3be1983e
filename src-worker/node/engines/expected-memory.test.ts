import { describe, expect, it } from 'vitest';
import { expectedMemoryBytes } from './expected-memory.ts';

const buffers = 192 * 1024 * 1024;
const layers = 4;
const whole = { firstLayer: 0, lastLayer: layers - 1 };

/** Keys and values are 16 wide; each layer weighs 1000 bytes. */
function layerTensors(layer: number) {
  return [
    { name: `blk.${layer}.attn_q.weight`, shape: [64, 64], size: 400 },
    { name: `blk.${layer}.attn_k.weight`, shape: [64, 16], size: 200 },
    { name: `blk.${layer}.attn_v.weight`, shape: [64, 16], size: 200 },
    { name: `blk.${layer}.attn_output.weight`, shape: [64, 64], size: 200 },
  ];
}

const embedding = { name: 'token_embd.weight', shape: [64, 320], size: 70_000 };
const norm = { name: 'output_norm.weight', shape: [64], size: 8 };
const head = { name: 'output.weight', shape: [64, 320], size: 30_000 };
const model = [embedding, norm, head, ...[0, 1, 2, 3].flatMap(layerTensors)];
const tied = model.filter((tensor) => tensor !== head);

function bytesOf(tensors: typeof model, firstLayer: number, lastLayer: number): number {
  return expectedMemoryBytes(tensors, { firstLayer, lastLayer }, layers, 0) - buffers;
}

describe('the memory that a shard is expected to take', () => {
  it('is, for a whole model, that of all tensors', () => {
    expect(bytesOf(model, 0, 3)).toBe(104_008);
    expect(bytesOf(tied, 0, 3)).toBe(74_008);
  });

  it('is, for a part, that of its layers and of the tensors at its end of the model', () => {
    expect(bytesOf(model, 0, 1)).toBe(72_008);
    expect(bytesOf(model, 1, 2)).toBe(2_008);
    expect(bytesOf(model, 3, 3)).toBe(31_008);
    expect(bytesOf(tied, 3, 3)).toBe(71_008);
  });

  it('grows with the cache: two bytes for each of keys and values, in each layer', () => {
    const growth = (range: typeof whole): number =>
      expectedMemoryBytes(model, range, layers, 1000) -
      expectedMemoryBytes(model, range, layers, 0);
    expect(growth(whole)).toBe(4 * 1000 * (16 + 16) * 2);
    expect(growth({ firstLayer: 2, lastLayer: 2 })).toBe(1000 * (16 + 16) * 2);
  });

  it.each([
    [
      'one matrix for queries, keys and values',
      [
        { name: 'blk.0.attn_qkv.weight', shape: [64, 96], size: 1 },
        { name: 'blk.0.attn_output.weight', shape: [64, 64], size: 1 },
      ],
      32,
    ],
    [
      'compressed keys and values',
      [{ name: 'blk.0.attn_kv_a_mqa.weight', shape: [64, 24], size: 1 }],
      24,
    ],
    ['no attention', [{ name: 'blk.0.ssm_in.weight', shape: [64, 128], size: 1 }], 0],
  ])('knows the cache of a layer with %s', (_, tensors, width) => {
    const layer = { firstLayer: 0, lastLayer: 0 };
    const growth =
      expectedMemoryBytes(tensors, layer, 1, 100) - expectedMemoryBytes(tensors, layer, 1, 0);
    expect(growth).toBe(100 * width * 2);
  });
});

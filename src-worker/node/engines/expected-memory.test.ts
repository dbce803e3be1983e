import { describe, expect, it } from 'vitest';
import { expectedMemoryBytes, shardMemory } from './expected-memory.ts';

const cells = (contextLength: number) => ({ contextLength, maxSessions: 4 });
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

type Tensors = { name: string; shape: number[]; size: number }[];

const embedding = { name: 'token_embd.weight', shape: [64, 320], size: 70_000 };
const norm = { name: 'output_norm.weight', shape: [64], size: 8 };
const head = { name: 'output.weight', shape: [64, 320], size: 30_000 };
const model = [embedding, norm, head, ...[0, 1, 2, 3].flatMap(layerTensors)];
const tied = model.filter((tensor) => tensor !== head);

function bytesOf(tensors: typeof model, firstLayer: number, lastLayer: number): number {
  const { bufferBytes } = shardMemory(tensors, { firstLayer, lastLayer }, layers, cells(0));
  return expectedMemoryBytes(tensors, { firstLayer, lastLayer }, layers, cells(0)) - bufferBytes;
}

/** Bytes that the layers take more for 1000 tokens. */
function growth(tensors: Tensors, range: typeof whole, of = layers): number {
  const bytes = (contextLength: number): number =>
    shardMemory(tensors, range, of, cells(contextLength)).layerBytes.reduce((a, b) => a + b, 0);
  return bytes(1000) - bytes(0);
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
    expect(growth(model, whole)).toBe(4 * 1000 * (16 + 16) * 2);
    expect(growth(model, { firstLayer: 2, lastLayer: 2 })).toBe(1000 * (16 + 16) * 2);
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
    [
      'a state in place of a cache, though it has queries, keys and values',
      [
        { name: 'blk.0.attn_qkv.weight', shape: [64, 96], size: 1 },
        { name: 'blk.0.ssm_out.weight', shape: [64, 64], size: 1 },
      ],
      0,
    ],
  ])('knows the cache of a layer with %s', (_, tensors, width) => {
    const layer = { firstLayer: 0, lastLayer: 0 };
    expect(growth(tensors, layer, 1)).toBe(1000 * width * 2);
  });

  // Shapes of Qwen3-Next-80B, Mamba-2.8B, Falcon-H1-7B and LFM2-1.2B.
  it.each([
    ['qwen3next', { ssm_conv1d: [4, 8192], ssm_out: [4096, 2048], ssm_norm: [128] }, 128],
    ['mamba', { ssm_conv1d: [4, 5120], ssm_out: [5120, 2560], ssm_a: [16, 5120] }, 16],
    ['falcon-h1', { ssm_conv1d: [4, 3584], ssm_out: [3072, 3072], ssm_norm: [3072, 1] }, 256],
    ['lfm2', { 'shortconv.conv': [3, 2048] }, 0],
  ])('knows the state of a recurrent layer: %s', (_, shapes, values) => {
    const tensors = Object.entries(shapes).map(([part, shape]) => ({
      name: `blk.0.${part}${part === 'ssm_a' ? '' : '.weight'}`,
      shape,
      size: 0,
    }));
    const [taps = 0, channels = 0] = Object.values(shapes)[0] ?? [];
    const [inner = 0] = 'ssm_out' in shapes ? shapes.ssm_out : [];
    const layer = { firstLayer: 0, lastLayer: 0 };
    const [bytes] = shardMemory(tensors, layer, 1, cells(100)).layerBytes;
    expect(bytes).toBe(4 * 4 * ((taps - 1) * channels + inner * values));
  });
});

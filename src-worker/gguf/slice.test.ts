import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LayerRange } from '../../src-shared/model.ts';
import {
  type RandomModelOptions,
  writeRandomModel,
} from '../../test/support/engine/random-model.ts';
import { temporaryFolder } from '../../test/support/machine/temporary-folder.ts';
import { tensorType } from './format.ts';
import { type GgufFile, openGguf } from './read.ts';
import { sliceShard, writeHeader } from './slice.ts';
import {
  arrayLengthOf,
  int32ArrayValue,
  type MetadataValue,
  numberOf,
  stringOf,
  stringValue,
  uint32Value,
} from './values.ts';
import { type TensorToWrite, writeGguf } from './write.ts';

const layers = 4;
const tokens = 320;

async function withModel<Result>(
  options: Partial<RandomModelOptions>,
  use: (source: GgufFile, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await temporaryFolder();
  const path = join(folder, 'model.gguf');
  await writeRandomModel(path, { layers, vocabulary: tokens, ...options });
  const source = await openGguf(path);
  try {
    return await use(source, folder);
  } finally {
    await source.close();
  }
}

/** Name → type, shape and content of every tensor. */
async function contentOf(file: GgufFile): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  for (const tensor of file.header.tensors) {
    const pieces: Uint8Array[] = [];
    for await (const piece of file.read(tensor)) {
      pieces.push(Uint8Array.from(piece));
    }
    const data = Buffer.concat(pieces).toString('base64');
    content.set(tensor.name, `${tensor.type.name} ${tensor.shape.join('×')} ${data}`);
  }
  return content;
}

async function cut(
  source: GgufFile,
  folder: string,
  range: LayerRange,
): Promise<{ content: Map<string, string>; metadata: ReadonlyMap<string, MetadataValue> }> {
  const path = join(folder, `${range.firstLayer}-${range.lastLayer}.gguf`);
  await sliceShard(source, range, path, { manifestId: 'ab'.repeat(32) });
  const shard = await openGguf(path);
  try {
    return { content: await contentOf(shard), metadata: shard.header.metadata };
  } finally {
    await shard.close();
  }
}

const everyRange = Array.from({ length: layers }, (_, firstLayer) =>
  Array.from({ length: layers - firstLayer }, (_, more) => ({
    firstLayer,
    lastLayer: firstLayer + more,
  })),
).flat();

describe.each([
  { architecture: 'llama', tied: false, ropeFactors: true },
  { architecture: 'llama', tied: true },
  { architecture: 'qwen2', tied: false, type: 'Q8_0' },
  { architecture: 'qwen3', tied: true, type: 'F16' },
] as const)('a $architecture model (tied: $tied)', (options) => {
  test('cut at any layer gives shards with bytes of the model, renumbered layers, and only the needed tensors', async () => {
    await withModel(options, async (source, folder) => {
      const whole = await contentOf(source);
      for (const range of everyRange) {
        const isFirst = range.firstLayer === 0;
        const isLast = range.lastLayer === layers - 1;
        const { content, metadata } = await cut(source, folder, range);

        const expected = new Map<string, string | undefined>();
        for (const [name, bytes] of whole) {
          const [, layer, part] = /^blk\.(\d+)\.(.*)$/.exec(name) ?? [];
          const number = Number(layer);
          if (number >= range.firstLayer && number <= range.lastLayer) {
            expected.set(`blk.${number - range.firstLayer}.${part}`, bytes);
          }
        }
        expected.set('output_norm.weight', whole.get('output_norm.weight'));
        if (options.architecture === 'llama' && !options.tied) {
          expected.set('rope_freqs.weight', whole.get('rope_freqs.weight'));
        }
        const head = whole.get('output.weight') ?? whole.get('token_embd.weight');
        if (isFirst) {
          expected.set('token_embd.weight', whole.get('token_embd.weight'));
        } else {
          const dummies = `F32 64×32 ${Buffer.alloc(64 * 32 * 4).toString('base64')}`;
          expected.set('token_embd.weight', isLast ? head : dummies);
        }
        if (isFirst && isLast && !options.tied) {
          expected.set('output.weight', head);
        }
        expect(content).toEqual(expected);

        const number = (key: string): number | undefined => numberOf(metadata.get(key));
        const has = isFirst || isLast ? 'gpt2' : 'none';
        expect(stringOf(metadata.get('tokenizer.ggml.model'))).toBe(has);
        expect(arrayLengthOf(metadata.get('tokenizer.ggml.tokens'))).toBe(
          isFirst || isLast ? tokens : undefined,
        );
        expect(number(`${options.architecture}.vocab_size`)).toBe(isFirst || isLast ? tokens : 32);
        expect(number(`${options.architecture}.block_count`)).toBe(
          range.lastLayer - range.firstLayer + 1,
        );
        expect(number('mindmesh.first_layer')).toBe(range.firstLayer);
        expect(number('mindmesh.last_layer')).toBe(range.lastLayer);
        expect(number('mindmesh.total_layers')).toBe(layers);
        expect(stringOf(metadata.get('mindmesh.manifest_id'))).toBe('ab'.repeat(32));
      }
    });
  });
});

test('the unused head of a first shard is a small sparse tensor when its width allows', async () => {
  await withModel({ width: 256, feedForward: 256, type: 'F16' }, async (source, folder) => {
    const first = await cut(source, folder, { firstLayer: 0, lastLayer: 1 });
    const zeros = Buffer.alloc(54 * tokens).toString('base64');
    expect(first.content.get('output.weight')).toBe(`TQ1_0 256×${tokens} ${zeros}`);
  });
});

test('a header file has all metadata and no tensors', async () => {
  await withModel({}, async (source, folder) => {
    const path = join(folder, 'header.gguf');
    await writeHeader(source, path);
    const header = await openGguf(path);
    expect(header.header.tensors).toEqual([]);
    expect(header.header.metadata).toEqual(source.header.metadata);
    await header.close();
  });
});

test.each([
  { firstLayer: 0, lastLayer: 4 },
  { firstLayer: 4, lastLayer: 9 },
  { firstLayer: 3, lastLayer: 1 },
])('layers $firstLayer to $lastLayer of 4 are refused', async (range) => {
  await withModel({}, async (source, folder) => {
    await expect(sliceShard(source, range, join(folder, 'x.gguf'))).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringMatching(/has layers 0 to 3/),
    });
  });
});

test('an aborted cut, and one whose source shrinks, leave nothing behind', async () => {
  await withModel({}, async (source, folder) => {
    const path = join(folder, 'x.gguf');
    const range = { firstLayer: 1, lastLayer: 2 };
    const aborted = sliceShard(source, range, path, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toThrow(/abort/i);
    await writeFile(source.path, 'short now');
    await expect(sliceShard(source, range, path)).rejects.toMatchObject({
      code: 'gguf-invalid',
      message: expect.stringMatching(/ended inside tensor 'blk\.1\./),
    });
    expect(await readdir(folder)).toEqual(['model.gguf']);
  });
});

const key = (name: string, value: MetadataValue): readonly [string, MetadataValue] => [name, value];

const extra = (name: string): TensorToWrite => ({
  name,
  type: tensorType('F32'),
  shape: [1],
  data: 'zeros',
});

describe('a model that has not been shown to cut correctly is refused', () => {
  test.each([
    {
      what: 'an unknown architecture',
      metadata: [
        key('general.architecture', stringValue('gemma9')),
        key('gemma9.block_count', uint32Value(4)),
        key('gemma9.embedding_length', uint32Value(64)),
        key('gemma9.context_length', uint32Value(64)),
      ],
      message: /architecture 'gemma9' are not known/,
    },
    {
      what: 'head counts by layer',
      metadata: [key('llama.attention.head_count', int32ArrayValue([4, 4, 4, 4]))],
      message: /'llama\.attention\.head_count' is a list/,
    },
    {
      what: 'a sliding-window pattern',
      metadata: [key('llama.attention.sliding_window_pattern', int32ArrayValue([1, 0, 1, 0]))],
      message: /sliding_window_pattern' is a list/,
    },
    {
      what: 'experts',
      metadata: [key('llama.expert_count', uint32Value(8))],
      message: /'llama\.expert_count' is not 0/,
    },
    {
      what: 'layers that predict further tokens',
      metadata: [key('llama.nextn_predict_layers', uint32Value(1))],
      message: /nextn_predict_layers' is not 0/,
    },
    {
      what: 'positions computed by the length of the context',
      metadata: [key('llama.rope.scaling.type', stringValue('longrope'))],
      message: /positions by the length of the context.* It can only run whole/,
    },
    {
      what: 'a list of position factors for long contexts',
      tensor: 'rope_factors_long.weight',
      message: /positions by the length of the context/,
    },
    {
      what: 'a list of position factors for short contexts',
      tensor: 'rope_factors_short.weight',
      message: /positions by the length of the context/,
    },
    {
      what: 'a tensor of no known use',
      tensor: 'v.blk.0.weight',
      message: /'v\.blk\.0\.weight' is no part/,
    },
    { what: 'a layer too many', tensor: 'blk.4.attn_norm.weight', message: /'blk\.4\.attn_norm/ },
    {
      what: 'an uneven layer',
      tensor: 'blk.2.attn_q.bias',
      message: /layer 2 has other tensors than layer 0/,
    },
    { what: 'no embedding', without: 'token_embd.weight', message: /has no 'token_embd\.weight'/ },
    { what: 'no norm', without: 'output_norm.weight', message: /has no 'output_norm\.weight'/ },
    {
      what: 'more layers than tensors',
      metadata: [key('llama.block_count', uint32Value(5))],
      message: /layer 4 has other tensors/,
    },
    {
      what: 'one part of several',
      metadata: [key('split.count', uint32Value(3))],
      message: /one part of a model in several files/,
    },
    {
      what: 'an adapter',
      metadata: [key('general.type', stringValue('adapter'))],
      message: /is a LoRA adapter/,
    },
    {
      what: 'a shard',
      metadata: [key('mindmesh.total_layers', uint32Value(4))],
      message: /is a shard/,
    },
    {
      what: 'no layers',
      metadata: [key('llama.block_count', uint32Value(0))],
      code: 'gguf-invalid',
      message: /'llama\.block_count' is 0, and must be a number from 1 to 1024/,
    },
    {
      what: 'no architecture',
      metadata: [key('general.architecture', uint32Value(1))],
      code: 'gguf-invalid',
      message: /does not name its architecture/,
    },
  ])('$what', async ({ metadata = [], tensor, without, code = 'gguf-unsupported', message }) => {
    await withModel({}, async (source, folder) => {
      const path = join(folder, 'odd.gguf');
      const tensors = source.header.tensors
        .filter(({ name }) => name !== without)
        .map((known) => ({ ...known, data: source.read(known) }));
      await writeGguf(path, {
        metadata: new Map([...source.header.metadata, ...metadata]),
        tensors: tensor === undefined ? tensors : [...tensors, extra(tensor)],
      });
      const odd = await openGguf(path);
      const range = { firstLayer: 0, lastLayer: 1 };
      const cutting = sliceShard(odd, range, join(folder, 'x.gguf'));
      await expect(cutting).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
      await odd.close();
      expect(await readdir(folder)).toEqual(['model.gguf', 'odd.gguf']);
    });
  });
});

/**
 * Files that cannot answer, imported by a real node: each is refused with what it is, and nothing of it is stored.
 */
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import type { GgufTensor } from '../../src-worker/gguf/parse.ts';
import { openGguf } from '../../src-worker/gguf/read.ts';
import {
  float32Value,
  type MetadataValue,
  stringArrayValue,
  stringOf,
  stringValue,
  uint32Value,
} from '../../src-worker/gguf/values.ts';
import { writeGguf } from '../../src-worker/gguf/write.ts';
import { craftedValue } from '../support/engine/crafted-gguf.ts';
import { eventually, isAlive } from '../support/host/host-processes.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { descendantsOf } from '../support/host/process-children.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';

type Changes = Readonly<Record<string, MetadataValue | undefined>>;

const templateKey = 'tokenizer.chat_template';
const uint64Type = 10;
const uint64Value = (value: bigint): MetadataValue => craftedValue(uint64Type, value);
const template = (text: string): Changes => ({ [templateKey]: stringValue(text) });
const noTensors = (): boolean => false;
const looping =
  '{% for a in range(9000000) %}{% for b in range(9000000) %}{% endfor %}{% endfor %}';

let folder = '';
let node: NodeProcess;

beforeAll(async () => {
  node = await NodeProcess.start();
  // The folder is removed with the node's own.
  folder = await mkdtemp(join(node.dataFolder, 'given-'));
});
afterAll(() => node.stop());

/** A valid model with other metadata, and some of its tensors. */
async function changedModel(
  name: string,
  changes: Changes,
  hasTensor: (tensor: GgufTensor) => boolean = () => true,
): Promise<string> {
  const sound = join(folder, 'sound model');
  await writeRandomModel(sound);
  const file = await openGguf(sound);
  const metadata = new Map(file.header.metadata);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) {
      metadata.delete(key);
    } else {
      metadata.set(key, value);
    }
  }
  const path = join(folder, `${name}.gguf`);
  const tensors = file.header.tensors.filter(hasTensor);
  await writeGguf(path, {
    metadata,
    tensors: tensors.map((tensor) => ({ ...tensor, data: file.read(tensor) })),
  });
  await file.close();
  return path;
}

async function libraryFiles(): Promise<string[]> {
  return (await readdir(join(node.dataFolder, 'models'), { recursive: true })).toSorted();
}

async function expectRefusal(path: string, message: RegExp): Promise<void> {
  const before = await libraryFiles();
  await expect(node.request('importModel', { path })).rejects.toMatchObject({
    code: expect.stringMatching(/^gguf-(unsupported|invalid)$/),
    message: expect.stringMatching(message),
  });
  expect(await libraryFiles()).toEqual(before);
  expect((await node.request('status', {})).models.map((model) => model.path)).not.toContain(path);
}

describe('an import refuses', () => {
  it.each<[string, Changes, RegExp, ((tensor: GgufTensor) => boolean)?]>([
    ['a vocabulary', {}, /a vocabulary and no weights, so it cannot answer/, noTensors],
    [
      'an architecture that nobody knows',
      {
        'general.architecture': stringValue('foo'),
        'foo.block_count': uint32Value(4),
        'foo.embedding_length': uint32Value(64),
        'foo.context_length': uint32Value(512),
      },
      /its architecture 'foo' is not known to this version/,
    ],
    [
      'a context length of 64 bits',
      { 'llama.context_length': uint64Value(2048n) },
      /'llama\.context_length' is stored as u64 and must be u32/,
    ],
    [
      'a context length with a fraction',
      { 'llama.context_length': float32Value(2048) },
      /'llama\.context_length' is stored as f32 and must be u32/,
    ],
    [
      'a context length in words',
      { 'llama.context_length': stringValue('long') },
      /'llama\.context_length' is no number, and must be a number from 1 to/,
    ],
    ['no context length', { 'llama.context_length': undefined }, /context_length' is missing/],
    [
      'a number of layers of 64 bits',
      { 'llama.block_count': uint64Value(4n) },
      /'llama\.block_count' is stored as u64/,
    ],
    [
      'a list of names',
      { 'general.name': stringArrayValue(['One', 'Two']) },
      /'general\.name' is stored as arr and must be str/,
    ],
    [
      'a last token of 64 bits',
      { 'tokenizer.ggml.eos_token_id': uint64Value(5n) },
      /'tokenizer\.ggml\.eos_token_id' is stored as u64/,
    ],
    [
      'a tokenizer that nobody knows',
      { 'tokenizer.ggml.pre': stringValue('wow') },
      /its tokenizer 'wow' is not known/,
    ],
    [
      'a model with a tensor less',
      {},
      /its tensor 'blk\.2\.attn_q\.weight' is missing/,
      ({ name }) => name !== 'blk.2.attn_q.weight',
    ],
    ['sizes that do not fit', { 'llama.attention.head_count': uint32Value(3) }, /invalid n_rot/],
    ['a broken template', template('{% for %}'), /chat template cannot be read/],
    ['a looping template', template(looping), /did not finish within \d+ ms/],
    [
      'a template that refuses everything',
      template("{{ raise_exception('Not today') }}"),
      /short question cannot be made into a prompt.+Not today/,
    ],
    ['a template without output', template('{# nothing #}'), /makes no text of it/],
    ['a template of a megabyte', template('x'.repeat(1_000_000)), /has 1000000 characters/],
  ])('%s', async (name, changes, message, hasTensor) => {
    await expectRefusal(await changedModel(name, changes, hasTensor), message);
  });

  it('a safetensors file by its name', async () => {
    const path = join(folder, 'model.safetensors');
    const header = '{"__metadata__":{}}';
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    await writeFile(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(1000)]));
    await expectRefusal(path, /it is a safetensors file/);
  });

  it('and goes on with sound ones', async () => {
    const path = await changedModel('sound', {});
    const { warnings, name } = await node.request('importModel', { path });
    expect({ warnings, name }).toEqual({ warnings: undefined, name: smallModel.name });
    await node.request('removeModel', { model: name });
  });
});

it('leaves no process behind when the node ends in the middle of a trial', async () => {
  const path = await changedModel('endless', template(looping));
  const leaving = await NodeProcess.start();
  const over = leaving.request('importModel', { path }).catch((error: unknown) => error);
  const pids = await eventually('an engine and a template process', async () => {
    const started = await descendantsOf(leaving.pid);
    return started.length > 1 ? started : undefined;
  });
  await leaving.stop();
  expect(await over).toBeInstanceOf(AppError);
  expect(pids.filter(isAlive)).toEqual([]);
});

async function answerOf(path: string): Promise<{ text: string; promptTokens: number }> {
  const { name, manifestId } = await node.request('importModel', { path });
  await node.configure({ shards: [{ model: manifestId }] });
  await node.untilServing();
  const messages = [{ role: 'user' as const, content: 'Hello there' }];
  const { text, done } = await node.ask({ model: manifestId, messages, maxTokens: 8 });
  await node.configure({ shards: [] });
  await node.until(({ shards }) => shards.length === 0, 'nothing is hosted');
  await node.request('removeModel', { model: name });
  return { text, promptTokens: done.promptTokens };
}

describe('an import takes', () => {
  it('a model with named templates only, and questions are put in the default one', async () => {
    const plainPath = await changedModel('plain', { 'general.name': stringValue('Plain') });
    const file = await openGguf(plainPath);
    const text = stringOf(file.header.metadata.get(templateKey)) ?? '';
    await file.close();
    const plain = await answerOf(plainPath);
    const named = await answerOf(
      await changedModel('named', {
        'general.name': stringValue('Named'),
        [templateKey]: undefined,
        [`${templateKey}.default`]: stringValue(text),
        [`${templateKey}.rag`]: stringValue('{{ messages[0].content }}'),
      }),
    );
    expect(named).toEqual(plain);
  });

  it.each([
    ['a template without text', stringValue(' ')],
    ['no template', undefined],
    ['a list of templates', stringArrayValue(['a', 'b'])],
  ])('a model with %s, says so, and asks it with a transcript', async (_, value) => {
    const name = 'Transcript';
    const changes = { 'general.name': stringValue(name), [templateKey]: value };
    const path = await changedModel(name, changes);
    expect((await node.request('importModel', { path })).warnings).toEqual([
      expect.stringContaining('no chat template'),
    ]);
    expect((await answerOf(path)).text).not.toBe('');
  });

  it('two models without a name, each under the name of its file', async () => {
    for (const name of ['first of two', 'second of two']) {
      const path = await changedModel(name, {
        'general.name': undefined,
        'general.description': stringValue(name),
      });
      expect((await node.request('importModel', { path })).name).toBe(name);
    }
    expect((await node.request('status', {})).models.map(({ name }) => name).toSorted()).toEqual([
      'first of two',
      'second of two',
    ]);
  });
});

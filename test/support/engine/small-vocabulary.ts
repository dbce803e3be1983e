/**
 * Writes headers of models without weights, but with a small tokenizer of each kind that llama.cpp treats
 * differently. That is enough for an engine that only tokenizes.
 */
import {
  boolValue,
  float32ArrayValue,
  float32Value,
  int32ArrayValue,
  type MetadataValue,
  stringArrayValue,
  stringValue,
  uint32Value,
} from '../../../src-worker/gguf/values.ts';
import { writeGguf } from '../../../src-worker/gguf/write.ts';
import { byteCharacters } from './random-tokenizer.ts';

/** Byte-level vocabularies, by the pattern that splits their text into words, and SentencePiece. */
export const vocabularyKinds = [
  'gpt-2',
  'deepseek-llm',
  'deepseek-coder',
  'falcon',
  'sentencepiece',
] as const;
export type VocabularyKind = (typeof vocabularyKinds)[number];

/** Runs of one letter, words, and words with their space: a cut at a wrong place would change these tokens. */
const merges = [
  ['a', 'a'],
  ['aa', 'aa'],
  ['aaaa', 'aaaa'],
  ['a', 'b'],
  ['ab', 'a'],
  ['t', 'h'],
  ['th', 'e'],
  [' ', 'the'],
  [' ', 'a'],
  ['1', '2'],
  ['!', '!'],
  ['!!', '!!'],
  ['=', '='],
  ['i', 'n'],
  ['e', 'r'],
] as const;

const tokenKinds = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;

/** Writes the header of a model with this kind of vocabulary; `chatTemplate` is its chat template, if any. */
export async function writeSmallVocabulary(
  path: string,
  kind: VocabularyKind,
  chatTemplate?: string,
): Promise<void> {
  const tokenizer = kind === 'sentencepiece' ? sentencePiece() : byteLevel(kind);
  const metadata: [string, MetadataValue][] = [
    ['general.architecture', stringValue('llama')],
    ['llama.block_count', uint32Value(1)],
    ['llama.context_length', uint32Value(2048)],
    ['llama.embedding_length', uint32Value(32)],
    ['llama.feed_forward_length', uint32Value(32)],
    ['llama.attention.head_count', uint32Value(1)],
    ['llama.attention.layer_norm_rms_epsilon', float32Value(1e-5)],
    ...tokenizer,
    ['tokenizer.ggml.add_bos_token', boolValue(false)],
    ...(chatTemplate === undefined
      ? []
      : [['tokenizer.chat_template', stringValue(chatTemplate)] as [string, MetadataValue]]),
  ];
  await writeGguf(path, { metadata, tensors: [] });
}

/** Byte-level vocabularies have Ġ for a space. */
function written(text: string): string {
  return text.replaceAll(' ', 'Ġ');
}

function byteLevel(pattern: string): [string, MetadataValue][] {
  const tokens = [
    '<s>',
    '</s>',
    ...byteCharacters(),
    ...merges.map((pair) => written(pair.join(''))),
  ];
  const kinds = tokens.map((_, id) => (id < 2 ? tokenKinds.control : tokenKinds.normal));
  return [
    ['tokenizer.ggml.model', stringValue('gpt2')],
    ['tokenizer.ggml.pre', stringValue(pattern)],
    ['tokenizer.ggml.tokens', stringArrayValue(tokens)],
    ['tokenizer.ggml.token_type', int32ArrayValue(kinds)],
    ['tokenizer.ggml.merges', stringArrayValue(merges.map((pair) => pair.map(written).join(' ')))],
    ['tokenizer.ggml.bos_token_id', uint32Value(0)],
    ['tokenizer.ggml.eos_token_id', uint32Value(1)],
  ];
}

function sentencePiece(): [string, MetadataValue][] {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  // SentencePiece has ▁ for a space, and merges the pair with the highest score first.
  const texts = [
    ...merges.map((pair) => pair.join('')),
    ...' !=abcdefghijklmnopqrstuvwxyz0123456789'.split(''),
  ];
  const tokens = [
    '<unk>',
    '<s>',
    '</s>',
    ...bytes,
    ...texts.map((text) => text.replaceAll(' ', '▁')),
  ];
  const kindOf = (id: number): number => {
    const special = id === 0 ? tokenKinds.unknown : tokenKinds.control;
    const other = id < 3 + bytes.length ? tokenKinds.byte : tokenKinds.normal;
    return id < 3 ? special : other;
  };
  return [
    ['tokenizer.ggml.model', stringValue('llama')],
    ['tokenizer.ggml.tokens', stringArrayValue(tokens)],
    ['tokenizer.ggml.scores', float32ArrayValue(tokens.map((_, id) => -id))],
    ['tokenizer.ggml.token_type', int32ArrayValue(tokens.map((_, id) => kindOf(id)))],
    ['tokenizer.ggml.bos_token_id', uint32Value(1)],
    ['tokenizer.ggml.eos_token_id', uint32Value(2)],
    ['tokenizer.ggml.unknown_token_id', uint32Value(0)],
  ];
}

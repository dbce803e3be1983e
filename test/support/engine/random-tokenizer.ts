/**
 * A byte-level "gpt2" tokenizer that can encode any text: 256 bytes, a few merges, five control tokens and
 * fillers up to the wanted size. Random-weight models carry it so that the whole chat path runs on them.
 */
import {
  boolValue,
  int32ArrayValue,
  type MetadataValue,
  stringArrayValue,
  stringValue,
  uint32Value,
} from '../../../src-worker/gguf/values.ts';

const controlTokens = ['<|begin|>', '<|end|>', '<|system|>', '<|user|>', '<|assistant|>'];

/** `Ġ` is a space in byte-level vocabularies. */
const merges = ['Ġ t', 'h e', 'Ġt he', 'i n', 'e r', 'a n', 'o n', 'Ġ a'];

const chatTemplate =
  '{{ bos_token }}{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>' +
  '{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}';

/** Fewest tokens that this tokenizer can do with. */
export const smallestVocabulary = 256 + merges.length + controlTokens.length;

/** Ids of the control tokens, which are between the merges and the fillers. */
export const controlTokenIds = controlTokens.map((_, index) => 256 + merges.length + index);

/** llama.cpp's numbers for kinds of tokens. */
const normalToken = 1;
const controlToken = 3;

/** The `tokenizer.*` metadata for `vocabulary` tokens. */
export function randomTokenizer(vocabulary: number): [string, MetadataValue][] {
  if (vocabulary < smallestVocabulary) {
    throw new RangeError(`A vocabulary needs at least ${smallestVocabulary} tokens`);
  }
  const tokens = [
    ...byteCharacters(),
    ...merges.map((merge) => merge.replace(' ', '')),
    ...controlTokens,
  ];
  while (tokens.length < vocabulary) {
    tokens.push(`Ġw${tokens.length}`);
  }
  const [begin = 0, end = 0] = controlTokenIds;
  const isControl = new Set(controlTokenIds);
  return [
    ['tokenizer.ggml.model', stringValue('gpt2')],
    ['tokenizer.ggml.pre', stringValue('gpt-2')],
    ['tokenizer.ggml.tokens', stringArrayValue(tokens)],
    [
      'tokenizer.ggml.token_type',
      int32ArrayValue(tokens.map((_, id) => (isControl.has(id) ? controlToken : normalToken))),
    ],
    ['tokenizer.ggml.merges', stringArrayValue(merges)],
    ['tokenizer.ggml.bos_token_id', uint32Value(begin)],
    ['tokenizer.ggml.eos_token_id', uint32Value(end)],
    ['tokenizer.ggml.add_bos_token', boolValue(false)],
    ['tokenizer.chat_template', stringValue(chatTemplate)],
  ];
}

/**
 * The character that stands for each byte in a byte-level vocabulary: itself when it is printable Latin-1,
 * else the next one from U+0100 on (as GPT-2's encoder has it).
 */
export function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCodePoint(isPrintable ? byte : next++);
  });
}

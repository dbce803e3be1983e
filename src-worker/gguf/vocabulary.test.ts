import { expect, test } from 'vitest';
import { type MetadataValue, stringArrayValue, stringValue, uint32Value } from './values.ts';
import { checkVocabulary } from './vocabulary.ts';

function check(model: MetadataValue | undefined, tokens: MetadataValue | undefined): void {
  const metadata = new Map<string, MetadataValue>();
  if (model !== undefined) {
    metadata.set('tokenizer.ggml.model', model);
  }
  if (tokens !== undefined) {
    metadata.set('tokenizer.ggml.tokens', tokens);
  }
  checkVocabulary({ path: '/m.gguf', header: { version: 3, metadata, tensors: [] } });
}

const gpt2 = stringValue('gpt2');

test.each([
  ['no tokenizer', undefined, stringArrayValue(['a']), /has no tokenizer/],
  ['the tokenizer "none"', stringValue('none'), stringArrayValue(['a']), /has no tokenizer/],
  ['no tokens', gpt2, undefined, /no tokens/],
  ['an empty list', gpt2, stringArrayValue([]), /no tokens/],
  ['numbers for tokens', gpt2, uint32Value(3), /no tokens/],
  ['a token twice', gpt2, stringArrayValue(['a', 'b', 'ü', 'b']), /tokens 1 and 3 .+ the same/],
])('a vocabulary with %s is refused before llama.cpp aborts on it', (_, model, tokens, message) => {
  expect(() => check(model, tokens)).toThrow(
    expect.objectContaining({ code: 'gguf-invalid', message: expect.stringMatching(message) }),
  );
});

test('several tokens without text are allowed', () => {
  expect(() => check(gpt2, stringArrayValue(['', 'a', '', 'A', 'ä']))).not.toThrow();
});

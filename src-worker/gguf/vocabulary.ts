/** Checks a tokenizer's metadata for what llama.cpp v0.5.0 aborts on instead of refusing it. */
import { AppError } from '../../src-shared/errors.ts';
import type { GgufDescription } from './read.ts';
import { stringElementsOf, stringOf } from './values.ts';

/** @throws AppError `gguf-invalid` when the vocabulary has no tokens, or one of them twice */
export function checkVocabulary(file: GgufDescription): void {
  const { metadata } = file.header;
  const refuse = (what: string): never => {
    throw new AppError(
      'gguf-invalid',
      `${file.path} cannot be used: ${what}. Download or convert it again.`,
    );
  };
  if ((stringOf(metadata.get('tokenizer.ggml.model')) ?? 'none') === 'none') {
    refuse('it has no tokenizer, so it cannot read a question');
  }
  const tokens = stringElementsOf(metadata.get('tokenizer.ggml.tokens')) ?? [];
  if (tokens.length === 0) {
    refuse('its vocabulary has no tokens');
  }
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    const text = token.toString('latin1');
    const first = ids.get(text);
    if (first !== undefined) {
      refuse(`the tokens ${first} and ${id} of its vocabulary are the same`);
    }
    // llama.cpp gives tokens without text names of their own.
    if (text !== '') {
      ids.set(text, id);
    }
  }
}

/** Checks a tokenizer's metadata for faults on which llama.cpp v0.5.0 aborts the process. */
import { AppError } from '../../src-shared/errors.ts';
import type { GgufDescription } from './read.ts';
import { stringElementsOf, stringOf } from './values.ts';

/** @throws AppError `gguf-invalid` when there is no tokenizer, no token, or a token twice */
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
    // Several tokens without text are allowed, because llama.cpp gives each a name.
    if (text !== '') {
      ids.set(text, id);
    }
  }
}

/** The model's tokenizer and vocabulary, which the node uses for prompts and for showing text. */
import { AppError } from '../../../src-shared/errors.ts';
import type { Vocabulary } from '../../wire/engine-messages.ts';
import { type Llama, noVocabulary } from './llama.ts';
import type { Model } from './model.ts';
import { tokenBytes } from './token-texts.ts';

export class Tokenizer {
  readonly #llama: Llama;
  readonly #model: Model;

  constructor(llama: Llama, model: Model) {
    this.#llama = llama;
    this.#model = model;
  }

  /**
   * Tokenizes a text.
   * @param parseSpecial whether names of control tokens become those tokens
   * @throws AppError `request-invalid` when the model has no tokenizer
   */
  tokenize(text: string, parseSpecial: boolean): number[] {
    this.#assertVocabulary();
    const bytes = Buffer.from(text, 'utf8');
    // A token takes at least one byte; some tokenizers put one space before the text.
    let tokens = new Int32Array(bytes.byteLength + 2);
    let count = this.#tokenizeInto(tokens, bytes, parseSpecial);
    if (count < 0) {
      tokens = new Int32Array(-count);
      count = this.#tokenizeInto(tokens, bytes, parseSpecial);
    }
    if (count < 0) {
      throw new AppError(
        'engine-failed',
        `llama.cpp cannot tokenize a text of ${bytes.byteLength} bytes.`,
      );
    }
    return Array.from(tokens.subarray(0, count));
  }

  /** Reads the vocabulary. @throws AppError `request-invalid` when the model has no tokenizer */
  vocabulary(): Vocabulary {
    this.#assertVocabulary();
    const { vocabulary, vocabularySize } = this.#model;
    const ids = Array.from({ length: vocabularySize }, (_, id) => id);
    return {
      pieces: ids.map((id) => latin1(tokenBytes(this.#llama, this.#model, id))),
      control: ids.filter((id) => this.#llama.isControl(vocabulary, id)),
      endOfGeneration: ids.filter((id) => this.#llama.isEndOfGeneration(vocabulary, id)),
      beginOfSequence: orNull(this.#llama.beginOfSequence(vocabulary)),
      endOfSequence: orNull(this.#llama.endOfSequence(vocabulary)),
      addBeginOfSequence: this.#llama.addsBeginOfSequence(vocabulary),
      chatTemplate: withText(this.#llama.chatTemplate(this.#model.pointer, null)),
    };
  }

  #tokenizeInto(tokens: Int32Array, text: Uint8Array, parseSpecial: boolean): number {
    return this.#llama.tokenize(
      this.#model.vocabulary,
      text,
      text.byteLength,
      tokens,
      tokens.length,
      false,
      parseSpecial,
    );
  }

  /** Refuses models without a tokenizer, such as middle shards, because llama.cpp would abort the process. */
  #assertVocabulary(): void {
    if (this.#model.vocabularyType === noVocabulary) {
      throw new AppError('request-invalid', `${this.#model.path} has no tokenizer.`);
    }
  }
}

/** −1 means in llama.cpp that the vocabulary does not have this token. */
function orNull(token: number): number | null {
  return token < 0 ? null : token;
}

/** A blank template counts as none, because it would make every prompt empty. */
function withText(template: string | null): string | null {
  return template === null || template.trim() === '' ? null : template;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

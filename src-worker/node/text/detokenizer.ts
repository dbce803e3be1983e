/** Turns tokens into text: joins their bytes, and returns UTF-8 characters as soon as they are complete. */
import type { Vocabulary } from '../../wire/engine-messages.ts';

/** The part of a vocabulary that shows tokens as text. There is one per model, shared by all answers. */
export class TokenPieces {
  readonly #pieces: readonly string[];
  readonly #hidden: ReadonlySet<number>;

  constructor(vocabulary: Pick<Vocabulary, 'pieces' | 'control'>) {
    this.#pieces = vocabulary.pieces;
    this.#hidden = new Set(vocabulary.control);
  }

  /** The bytes of a token as Latin-1 text; the name of a control token; empty for an id beyond the vocabulary. */
  pieceOf(token: number): string {
    return this.#pieces[token] ?? '';
  }

  /** The bytes that a token adds to an answer; control tokens add none. */
  shownBytes(token: number): Uint8Array {
    return Buffer.from(this.#hidden.has(token) ? '' : this.pieceOf(token), 'latin1');
  }
}

/**
 * Joins the tokens of one answer. Bytes that are not valid UTF-8 become U+FFFD; a character that is incomplete at the end
 * of the answer is dropped.
 */
export class Detokenizer {
  readonly #pieces: TokenPieces;
  // A byte-order mark is part of the text and must not be removed.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(pieces: TokenPieces) {
    this.#pieces = pieces;
  }

  /** The text that is complete with this token. */
  push(token: number): string {
    return this.#decoder.decode(this.#pieces.shownBytes(token), { stream: true });
  }
}

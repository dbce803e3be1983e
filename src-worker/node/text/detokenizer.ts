/** Tokens to text: their bytes one after another, shown as soon as they are whole UTF-8 characters. */
import type { Vocabulary } from '../../wire/engine-messages.ts';

/** What of a vocabulary it takes to show its tokens. One per model, shared by its answers. */
export class TokenPieces {
  readonly #pieces: readonly string[];
  readonly #hidden: ReadonlySet<number>;

  constructor(vocabulary: Pick<Vocabulary, 'pieces' | 'control'>) {
    this.#pieces = vocabulary.pieces;
    this.#hidden = new Set(vocabulary.control);
  }

  /** The bytes of a token as Latin-1 text; a control token's name; empty for an id that is in no vocabulary. */
  pieceOf(token: number): string {
    return this.#pieces[token] ?? '';
  }

  /** The bytes that a token adds to an answer; control tokens add none. */
  shownBytes(token: number): Uint8Array {
    return Buffer.from(this.#hidden.has(token) ? '' : this.pieceOf(token), 'latin1');
  }
}

/**
 * Puts one answer's tokens together. Bytes that can be no UTF-8 become U+FFFD; a character that the end of the answer
 * cut off is no text.
 */
export class Detokenizer {
  readonly #pieces: TokenPieces;
  // A byte-order mark is text like any other here.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(pieces: TokenPieces) {
    this.#pieces = pieces;
  }

  /** The text that is complete with this token. */
  push(token: number): string {
    return this.#decoder.decode(this.#pieces.shownBytes(token), { stream: true });
  }
}

/** Tokenizes a prompt's pieces: bounds their length before and during tokenizing, and shares the tokenizer fairly. */
import { AppError } from '../../../src-shared/errors.ts';
import type { Vocabulary } from '../../wire/engine-messages.ts';
import type { TokenPieces } from './detokenizer.ts';
import type { PromptPiece } from './special-tokens.ts';
import { tokenizeInWindows, windowSizes } from './text-windows.ts';
import type { TokenizerTurns } from './tokenizer-turns.ts';

/** Most short texts of one turn; their bytes are bounded by those of a window. */
const textsOfTurn = 256;

/** Pieces that are tokenized in one turn: tokens, and short texts between them. */
type Group = { readonly parts: PromptPiece[]; texts: number; bytes: number };

export class PromptTokenizer {
  readonly #turns: TokenizerTurns;
  readonly #pieces: TokenPieces;
  /** Bytes of the longest token that is not a control token. */
  readonly #longestToken: number;

  constructor(turns: TokenizerTurns, vocabulary: Vocabulary, pieces: TokenPieces) {
    this.#turns = turns;
    this.#pieces = pieces;
    const control = new Set(vocabulary.control);
    this.#longestToken = vocabulary.pieces.reduce(
      (longest, piece, id) => (control.has(id) ? longest : Math.max(longest, piece.length)),
      1,
    );
  }

  /** @throws AppError `context-too-long` when texts of so many characters must have more than `limit` tokens */
  checkLength(characters: number, limit: number): void {
    // Every character takes at least one byte of a token, also SentencePiece's "▁": its three bytes of text are one byte there.
    if (characters > limit * this.#longestToken) {
      throw tooLong(characters, limit);
    }
  }

  /**
   * Tokenizes the pieces in order.
   * @param limit most tokens that the model takes; a longer text is refused before the rest of it is tokenized
   * @throws AppError `context-too-long`, `cancelled`, `engine-died`
   */
  async tokens(
    pieces: readonly PromptPiece[],
    limit: number,
    signal: AbortSignal,
  ): Promise<number[]> {
    const texts = pieces.flatMap((piece) => ('text' in piece ? [piece.text] : []));
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    this.checkLength(characters, limit);
    const refusal = tooLong(characters, limit);
    const tokens: number[] = [];
    let group = emptyGroup();
    const endGroup = async (): Promise<void> => {
      await this.#addGroup(group, tokens, signal);
      group = emptyGroup();
      if (tokens.length > limit) {
        throw refusal;
      }
    };
    for (const piece of pieces) {
      const size = 'text' in piece ? Buffer.byteLength(piece.text) : 0;
      if (group.bytes + size > windowSizes.window || group.texts === textsOfTurn) {
        await endGroup();
      }
      if ('text' in piece && size > windowSizes.window) {
        const found = await this.#longText(piece.text, signal, (count) => {
          if (tokens.length + count > limit) {
            throw refusal;
          }
        });
        for (const token of found) {
          tokens.push(token);
        }
      } else {
        group.parts.push(piece);
        group.texts += 'text' in piece ? 1 : 0;
        group.bytes += size;
      }
    }
    await this.#addGroup(group, tokens, signal);
    return tokens;
  }

  #longText(text: string, signal: AbortSignal, check: (count: number) => void): Promise<number[]> {
    return tokenizeInWindows(text, this.#pieces, async (window, count) => {
      check(count);
      const [found = []] = await this.#turns.take([window], signal);
      return found;
    });
  }

  async #addGroup(group: Group, tokens: number[], signal: AbortSignal): Promise<void> {
    const texts = group.parts.flatMap((piece) => ('text' in piece ? [piece.text] : []));
    const runs = texts.length === 0 ? [] : await this.#turns.take(texts, signal);
    let run = 0;
    for (const piece of group.parts) {
      if ('token' in piece) {
        tokens.push(piece.token);
        continue;
      }
      for (const token of runs[run] ?? []) {
        tokens.push(token);
      }
      run += 1;
    }
  }
}

function tooLong(characters: number, limit: number): AppError {
  return new AppError(
    'context-too-long',
    `This text has ${characters} characters; the model takes at most ${limit} tokens, question and answer together. Shorten the messages.`,
  );
}

function emptyGroup(): Group {
  return { parts: [], texts: 0, bytes: 0 };
}

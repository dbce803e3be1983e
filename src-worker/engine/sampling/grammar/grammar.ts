/**
 * A grammar over the tokens of a vocabulary: which tokens may follow, and the place after each. Tokens are bytes and the
 * grammar has characters, so a token may end in the middle of a character.
 */
import type { Candidates } from '../candidates.ts';
import { invalid, parseGrammar } from './grammar-rules.ts';
import { GrammarStates, type State } from './grammar-states.ts';
import type { TokenTexts } from '../../llama/token-texts.ts';

/** A place in the grammar after a text. It is immutable, so a caller can keep it to return to it. */
export type GrammarPlace = {
  readonly state: State;
  /** The incomplete character at the end of the last token, if any. */
  readonly partial: PartialCharacter | undefined;
};

/** The first bytes of a character in UTF-8. */
type PartialCharacter = {
  readonly bits: number;
  /** Bytes that are still missing. */
  readonly missing: number;
  /** The least code point that takes so many bytes; a lesser one would be an overlong encoding. */
  readonly least: number;
};

/** The part of a vocabulary that a grammar uses. */
export type Texts = Pick<TokenTexts, 'count' | 'isEnd' | 'bytes'>;

export class TokenGrammar {
  readonly start: GrammarPlace;
  readonly #states: GrammarStates;
  readonly #texts: Texts;

  /** @throws AppError `request-invalid` when the text is not a grammar, or is too complicated */
  constructor(text: string, texts: Texts) {
    this.#states = new GrammarStates(parseGrammar(text));
    this.#texts = texts;
    this.start = { state: this.#states.start, partial: undefined };
  }

  /**
   * The place after a token, or undefined when it may not follow.
   * @throws AppError `request-invalid` when the grammar turns out to be too complicated
   */
  after(place: GrammarPlace, token: number): GrammarPlace | undefined {
    this.#states.refill();
    return this.#after(place, token);
  }

  /**
   * The place after several tokens. They share the step limit of one token, because they are read at once while all
   * other sessions wait.
   * @throws AppError `request-invalid` when one of them may not follow, or the grammar is too complicated for them
   */
  afterAll(place: GrammarPlace, tokens: readonly number[]): GrammarPlace {
    this.#states.refill();
    return tokens.reduce((before, token) => {
      const next = this.#after(before, token);
      if (next === undefined) {
        throw invalid(`It does not allow token ${token} of the text generated so far`);
      }
      return next;
    }, place);
  }

  /**
   * Rules out all candidates that may not follow.
   * @throws AppError `request-invalid` when the grammar turns out to be too complicated
   */
  filter(place: GrammarPlace, candidates: Candidates): void {
    this.#states.refill();
    for (let token = 0; token < this.#texts.count; token += 1) {
      if (this.#after(place, token) === undefined) {
        candidates.ruleOut(token);
      }
    }
  }

  #after(place: GrammarPlace, token: number): GrammarPlace | undefined {
    if (this.#texts.isEnd(token)) {
      return place.state.canEnd && place.partial === undefined ? place : undefined;
    }
    const bytes = this.#texts.bytes(token);
    // Control tokens have no text; a token without text would make no progress.
    if (bytes === undefined || bytes.length === 0) {
      return undefined;
    }
    let { state, partial } = place;
    for (const byte of bytes) {
      let character = byte;
      if (partial !== undefined || byte >= 0x80) {
        partial = partial === undefined ? firstByte(byte) : followingByte(partial, byte);
        if (partial === undefined) {
          return undefined;
        }
        if (partial.missing > 0) {
          continue;
        }
        character = partial.bits;
        partial = undefined;
      }
      const next = this.#states.after(state, character);
      if (next === null) {
        return undefined;
      }
      state = next;
    }
    return partial === undefined || this.#canComplete(state, partial)
      ? { state, partial }
      : undefined;
  }

  #canComplete(state: State, { bits, missing, least }: PartialCharacter): boolean {
    const first = Math.max(least, bits << (6 * missing));
    return this.#states.allowsAny(
      state,
      first,
      (bits << (6 * missing)) | ((1 << (6 * missing)) - 1),
    );
  }
}

/** The partial character of a first byte of a multi-byte character (RFC 3629); undefined for any other byte. */
function firstByte(byte: number): PartialCharacter | undefined {
  if (byte >= 0xc2 && byte < 0xe0) {
    return { bits: byte & 0x1f, missing: 1, least: 0x80 };
  }
  if (byte >= 0xe0 && byte < 0xf0) {
    return { bits: byte & 0x0f, missing: 2, least: 0x800 };
  }
  return byte >= 0xf0 && byte < 0xf5
    ? { bits: byte & 0x07, missing: 3, least: 0x1_0000 }
    : undefined;
}

/** The character with one more byte; undefined when that is not valid UTF-8: a surrogate, too large, or overlong. */
function followingByte(partial: PartialCharacter, byte: number): PartialCharacter | undefined {
  const bits = (partial.bits << 6) | (byte & 0x3f);
  const missing = partial.missing - 1;
  // The range of characters that are still possible.
  const first = bits << (6 * missing);
  const last = ((bits + 1) << (6 * missing)) - 1;
  const isSurrogate = missing <= 1 && first >= 0xd800 && last < 0xe000;
  const isValid =
    (byte & 0xc0) === 0x80 && last >= partial.least && first <= 0x10_ffff && !isSurrogate;
  return isValid ? { bits, missing, least: partial.least } : undefined;
}

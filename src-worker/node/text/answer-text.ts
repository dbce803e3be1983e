/**
 * The text of one answer, made of its tokens as they arrive. Incomplete characters are held back, the answer is cut at a
 * stop text, and the details of each token are held back until its text may be shown.
 */
import type { TokenDetail } from '../../../src-shared/chat.ts';
import type { SampledDetail } from '../../../src-shared/model.ts';
import { Detokenizer, type TokenPieces } from './detokenizer.ts';
import { StopStrings } from './stop-strings.ts';

export type AnswerPart = {
  readonly text: string;
  /** Tokens whose text is complete with this part. */
  readonly tokens: number;
  readonly details: readonly TokenDetail[];
};

/** A token whose text is not shown yet. */
type PendingToken = {
  /** Length of the answer before it. */
  readonly begin: number;
  /** Length of the answer with it. */
  readonly end: number;
  readonly detail: TokenDetail | undefined;
};

export class AnswerText {
  readonly #pieces: TokenPieces;
  readonly #detokenizer: Detokenizer;
  readonly #stops: StopStrings;
  #pending: PendingToken[] = [];
  #decodedLength = 0;
  #shownLength = 0;

  constructor(pieces: TokenPieces, stops: readonly string[]) {
    this.#pieces = pieces;
    this.#detokenizer = new Detokenizer(pieces);
    this.#stops = new StopStrings(stops);
  }

  /** True once a stop text was found; later text is not shown. */
  get stopped(): boolean {
    return this.#stops.stopped;
  }

  /** Takes the next token; returns the text that may be shown now, if any. */
  push(token: number, detail: SampledDetail | undefined): AnswerPart | undefined {
    const text = this.#detokenizer.push(token);
    const begin = this.#decodedLength;
    this.#decodedLength += text.length;
    this.#pending.push({
      begin,
      end: this.#decodedLength,
      detail: detail === undefined ? undefined : this.#withPieces(token, detail),
    });
    return this.#show(this.#stops.push(text));
  }

  /** Ends the answer; returns the text that was held back, unless a stop text cut it off. */
  end(): AnswerPart | undefined {
    if (this.stopped) {
      return undefined;
    }
    return this.#show(this.#stops.end(), true);
  }

  #show(text: string, isLast = false): AnswerPart | undefined {
    this.#shownLength += text.length;
    // A cut token that began before the stop text counts as shown; any other token counts only with its whole text.
    const isShown = ({ begin, end }: PendingToken): boolean =>
      isLast || (this.stopped ? begin < this.#shownLength : end <= this.#shownLength);
    const count = this.#pending.findIndex((pending) => !isShown(pending));
    const shown = this.#pending.splice(0, count === -1 ? this.#pending.length : count);
    const details = shown.flatMap(({ detail }) => (detail === undefined ? [] : [detail]));
    return text === '' && details.length === 0
      ? undefined
      : { text, tokens: shown.length, details };
  }

  #withPieces(token: number, detail: SampledDetail): TokenDetail {
    return {
      ...detail,
      piece: this.#pieces.pieceOf(token),
      topPieces: detail.top.map((alternative) => this.#pieces.pieceOf(alternative.token)),
    };
  }
}

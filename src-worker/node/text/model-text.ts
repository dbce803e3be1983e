/** The text side of one model: its chat template and its tokenizer make prompts of messages. */
import { randomBytes } from 'node:crypto';
import type { ChatMessage } from '../../../src-shared/chat.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { Vocabulary } from '../../wire/engine-messages.ts';
import { TokenPieces } from './detokenizer.ts';
import { markContents, promptPieces } from './prompt-pieces.ts';
import { type PromptPiece, SpecialTokens } from './special-tokens.ts';
import type { TemplateInput } from './template-messages.ts';
import type { TemplateRenderer } from './template-renderer.ts';

/** A model's tokenizer: in the node, a vocabulary-only engine process. */
export interface Tokenizer {
  readonly vocabulary: Vocabulary;
  /** Tokens of plain text; names of control tokens in it are text. @throws AppError `engine-died` */
  tokenize(text: string): Promise<readonly number[]>;
  /** Calls the listener once when the tokenizer ended without being asked to. */
  onDeath(listener: () => void): void;
  close(): Promise<void>;
}

export type Prompt = {
  readonly tokens: readonly number[];
  /** For showing the tokens of the answer. */
  readonly pieces: TokenPieces;
};

/** For models that were not trained to chat and have no template: a transcript to be continued. */
const transcriptTemplate =
  '{% for message in messages %}{{ message.role | capitalize }}: {{ message.content | trim }}\n\n{% endfor %}Assistant:';

/** Pieces asked of the tokenizer at once: enough to keep it busy, and few to hold in memory. */
const piecesAtOnce = 256;

export class ModelText {
  readonly #tokenizer: Tokenizer;
  readonly #renderer: TemplateRenderer;
  readonly #special: SpecialTokens;
  readonly #pieces: TokenPieces;

  constructor(tokenizer: Tokenizer, renderer: TemplateRenderer) {
    this.#tokenizer = tokenizer;
    this.#renderer = renderer;
    this.#special = new SpecialTokens(tokenizer.vocabulary);
    this.#pieces = new TokenPieces(tokenizer.vocabulary);
  }

  /**
   * The tokens that ask the model for the next message. Control tokens come from the template alone.
   * @throws AppError `request-invalid`, `context-too-long`, `gguf-unsupported` (see TemplateRenderer),
   * `engine-died`, `cancelled`
   */
  async prompt(messages: readonly ChatMessage[], signal: AbortSignal): Promise<Prompt> {
    const { vocabulary } = this.#tokenizer;
    const template = vocabulary.chatTemplate ?? transcriptTemplate;
    const nonce = `m${randomBytes(16).toString('hex')}`;
    const marks = markContents(messages, nonce);
    const [plain = '', marked = ''] = await this.#renderer.render(template, [
      this.#templateInput(messages),
      this.#templateInput(marks.messages),
    ]);
    const rendered = { plain, marked, contents: marks.contents, nonce };
    const tokens = await this.#tokenize(promptPieces(rendered, this.#special), signal);
    const begin = vocabulary.beginOfSequence;
    if (vocabulary.addBeginOfSequence && begin !== null && tokens[0] !== begin) {
      tokens.unshift(begin);
    }
    return { tokens, pieces: this.#pieces };
  }

  close(): Promise<void> {
    return this.#tokenizer.close();
  }

  #templateInput(messages: readonly ChatMessage[]): TemplateInput {
    const { beginOfSequence, endOfSequence } = this.#tokenizer.vocabulary;
    return {
      messages: messages.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: true,
      bos_token: this.#nameOf(beginOfSequence),
      eos_token: this.#nameOf(endOfSequence),
    };
  }

  #nameOf(token: number | null): string {
    return token === null
      ? ''
      : Buffer.from(this.#pieces.pieceOf(token), 'latin1').toString('utf8');
  }

  async #tokenize(pieces: readonly PromptPiece[], signal: AbortSignal): Promise<number[]> {
    const tokens: number[] = [];
    for (let from = 0; from < pieces.length; from += piecesAtOnce) {
      if (signal.aborted) {
        throw new AppError('cancelled', 'The request was cancelled.');
      }
      const runs = await Promise.all(
        pieces
          .slice(from, from + piecesAtOnce)
          .map(async (piece) =>
            'token' in piece ? [piece.token] : this.#tokenizer.tokenize(piece.text),
          ),
      );
      for (const run of runs) {
        for (const token of run) {
          tokens.push(token);
        }
      }
    }
    return tokens;
  }
}

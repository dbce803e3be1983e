/** The text side of one model: its chat template and its tokenizer make prompts of messages. */
import { randomBytes } from 'node:crypto';
import type { ChatMessage } from '../../../src-shared/chat.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { Vocabulary } from '../../wire/engine-messages.ts';
import { TokenPieces } from './detokenizer.ts';
import { messageForms } from './message-forms.ts';
import { markContents, promptPieces, type RenderedPrompt } from './prompt-pieces.ts';
import { PromptTokenizer } from './prompt-tokenizer.ts';
import { SpecialTokens } from './special-tokens.ts';
import type { TemplateInput } from './template-messages.ts';
import { TemplateFailure, type TemplateRenderer } from './template-renderer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { TokenizerTurns } from './tokenizer-turns.ts';

export type Prompt = {
  readonly tokens: readonly number[];
  /** For showing the tokens of the answer. */
  readonly pieces: TokenPieces;
  /** Texts at which the answer ends beside those that the request names. */
  readonly stops: readonly string[];
};

/** For models that were not trained to chat and have no template: a transcript to be continued. */
const transcriptTemplate =
  '{% for message in messages %}{{ message.role | capitalize }}: {{ message.content | trim }}\n\n{% endfor %}Assistant:';

/** Where the model goes on with such a transcript in the user's place. */
const nextSpeaker = ['\n\nUser:', '\nUser:'];

const noOther = (): Promise<Tokenizer> =>
  Promise.reject(new AppError('engine-died', "The model's tokenizer has ended."));

export class ModelText {
  readonly #vocabulary: Vocabulary;
  readonly #turns: TokenizerTurns;
  readonly #tokenizer: PromptTokenizer;
  readonly #renderer: TemplateRenderer;
  readonly #special: SpecialTokens;
  readonly #pieces: TokenPieces;

  /** `restart` starts another tokenizer when this one has died; without it, what is asked then fails. */
  constructor(
    tokenizer: Tokenizer,
    renderer: TemplateRenderer,
    restart: () => Promise<Tokenizer> = noOther,
  ) {
    const { vocabulary } = tokenizer;
    this.#vocabulary = vocabulary;
    this.#renderer = renderer;
    this.#special = new SpecialTokens(vocabulary);
    this.#pieces = new TokenPieces(vocabulary);
    this.#turns = new TokenizerTurns(tokenizer, restart);
    this.#tokenizer = new PromptTokenizer(this.#turns, vocabulary, this.#pieces);
  }

  /** False for models that were not trained to chat: they are asked with a transcript, and go on as they like. */
  get hasTemplate(): boolean {
    return this.#vocabulary.chatTemplate !== null;
  }

  /**
   * The tokens that ask the model for the next message. Control tokens come from the template alone.
   * @param limit most tokens that the model takes
   * @throws AppError `request-invalid`, `context-too-long`, `gguf-unsupported` (see TemplateRenderer),
   * `engine-died`, `cancelled`
   */
  async prompt(
    messages: readonly ChatMessage[],
    signal: AbortSignal,
    limit = Infinity,
  ): Promise<Prompt> {
    const vocabulary = this.#vocabulary;
    // Rendering a megabyte holds up the prompts of all models. A template may leave out parts of answers, so those do not count.
    const asked = messages.filter(({ role }) => role !== 'assistant');
    this.#tokenizer.checkLength(
      asked.reduce((sum, { content }) => sum + content.length, 0),
      limit,
    );
    const rendered = await this.#render(messages);
    const pieces = await promptPieces(rendered, this.#special);
    const tokens = await this.#tokenizer.tokens(pieces, limit, signal);
    const begin = vocabulary.beginOfSequence;
    if (vocabulary.addBeginOfSequence && begin !== null && tokens[0] !== begin) {
      tokens.unshift(begin);
    }
    const stops = this.hasTemplate ? [] : nextSpeaker;
    return { tokens, pieces: this.#pieces, stops };
  }

  close(): Promise<void> {
    return this.#turns.close();
  }

  /** In the first form of the messages that the template takes and shows whole, else in the first that it takes. */
  async #render(messages: readonly ChatMessage[]): Promise<RenderedPrompt> {
    let partly: RenderedPrompt | undefined;
    let refusal: TemplateFailure | undefined;
    for (const form of messageForms(messages)) {
      try {
        const { rendered, isWhole } = await this.#renderForm(form);
        if (isWhole) {
          return rendered;
        }
        partly ??= rendered;
      } catch (error) {
        if (!(error instanceof TemplateFailure) || !isAboutMessages(error)) {
          throw error;
        }
        // What it says of turns of user and assistant alone is about the template; a refusal says what it wants.
        refusal = refusal?.failure === 'refusal' ? refusal : error;
      }
    }
    if (partly === undefined) {
      throw refusal ?? new AppError('internal', 'No form of the messages was rendered.');
    }
    return partly;
  }

  /** `isWhole` when everything that the model is told or asked is in it; a template may leave out what it said itself. */
  async #renderForm(
    messages: readonly ChatMessage[],
  ): Promise<{ rendered: RenderedPrompt; isWhole: boolean }> {
    const template = this.#vocabulary.chatTemplate ?? transcriptTemplate;
    const nonce = `m${randomBytes(16).toString('hex')}`;
    const marks = markContents(messages, nonce);
    const [plain = '', marked = ''] = await this.#renderer.render(template, [
      this.#templateInput(messages),
      this.#templateInput(marks.messages),
    ]);
    const isWhole = messages.every(
      ({ role }, index) => role === 'assistant' || marked.includes(marks.marks[index] ?? ''),
    );
    return { rendered: { plain, marked, contents: marks.contents, nonce }, isWhole };
  }

  #templateInput(messages: readonly ChatMessage[]): TemplateInput {
    const { beginOfSequence, endOfSequence } = this.#vocabulary;
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
}

/** Whether other messages may be rendered where these were not. */
function isAboutMessages({ failure }: TemplateFailure): boolean {
  return failure === 'refusal' || failure === 'render';
}

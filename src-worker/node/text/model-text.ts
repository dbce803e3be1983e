/** Makes prompts from messages for one model, by its chat template and its tokenizer. */
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
  /** Turns the tokens of the answer into text. */
  readonly pieces: TokenPieces;
  /** Stop texts in addition to those of the request. */
  readonly stops: readonly string[];
};

/** The template for models that were not trained to chat and have none: a transcript that the model continues. */
const transcriptTemplate =
  '{% for message in messages %}{{ message.role | capitalize }}: {{ message.content | trim }}\n\n{% endfor %}Assistant:';

/** Stop texts for such a transcript: here the model continues as the user. */
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

  /** @param restart starts another tokenizer when this one has died; without it, later prompts fail */
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

  /** False for models that were not trained to chat: their prompt is a transcript. */
  get hasTemplate(): boolean {
    return this.#vocabulary.chatTemplate !== null;
  }

  /**
   * The tokens that make the model write the next message. Control tokens come from the template alone.
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
    // Rendering a megabyte delays the prompts of all models. A template may leave out parts of answers, so those do not count.
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

  /** Renders the first form of the messages that the template accepts and includes whole, else the first that it accepts. */
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
        // The error of the last form is about the template itself; but a refusal is kept, because it names what the template accepts.
        refusal = refusal?.failure === 'refusal' ? refusal : error;
      }
    }
    if (partly === undefined) {
      throw refusal ?? new AppError('internal', 'No form of the messages was rendered.');
    }
    return partly;
  }

  /** `isWhole` when the text has every message but the model's own answers, parts of which a template may leave out. */
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

/** Whether the template may accept another form of the messages. */
function isAboutMessages({ failure }: TemplateFailure): boolean {
  return failure === 'refusal' || failure === 'render';
}

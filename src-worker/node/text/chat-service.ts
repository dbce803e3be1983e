/** Answers chats. The HTTP gateway and the host's window both use it to get from messages to text. */
import type { ChatEvent, ChatRequest } from '../../../src-shared/chat.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { Generations } from '../sessions/asking/generation.ts';
import type { Admission } from './admission.ts';
import { runChoice } from './choice.ts';
import { runChoices } from './choices.ts';
import { type ChatModel, findModel, modelId } from './find-model.ts';
import type { Prompt } from './model-text.ts';
import type { ModelTexts } from './model-texts.ts';

export type ChatServiceOptions = {
  readonly generations: Generations;
  readonly texts: ModelTexts;
  /** Shared by all users of this node. */
  readonly admission: Admission;
  /** All models that this node knows, also models with missing layers. */
  readonly knownModels: () => readonly ChatModel[];
};

/** A model as a client of the API sees it. */
export type OfferedModel = {
  /** The name that requests use; no two models have the same one. */
  readonly id: string;
  readonly model: ChatModel;
  /** Longest question and answer together that can be computed now, in tokens. */
  readonly usableContextLength: number;
};

/**
 * The token limit of a request that sets none: a share of the context, because its cells of the KV cache are reserved
 * on every stage while it runs, and other requests need room too.
 */
const defaultAnswer = { shareOfContext: 1 / 4, leastTokens: 256 };

/** Seeds are 32 bits wide and wrap around. */
const seedCount = 2 ** 32;

export class ChatService {
  readonly #options: ChatServiceOptions;

  constructor(options: ChatServiceOptions) {
    this.#options = options;
  }

  /** The models that can answer now. */
  models(): OfferedModel[] {
    const known = this.#options.knownModels();
    const complete = new Set(
      this.#options.generations.models().map(({ manifestId }) => manifestId),
    );
    return known
      .filter(({ manifestId }) => complete.has(manifestId))
      .map((model) => this.#offered(model, known));
  }

  /** Finds a model among those of this node and its peers, as `findModel` does. @throws AppError `model-not-found` */
  find(wanted: string): ChatModel {
    return findModel(wanted, this.#options.knownModels());
  }

  /** As `find`, but with the fields that a client sees. @throws AppError `model-not-found` */
  offered(wanted: string): OfferedModel {
    const known = this.#options.knownModels();
    return this.#offered(findModel(wanted, known), known);
  }

  /**
   * Answers a chat. Bad requests are refused before they wait for a place. Ending the iteration early or
   * aborting the signal stops the generation on all stages within a token.
   * @throws AppError `model-not-found`, `request-invalid`, `context-too-long`, `over-capacity`, `cancelled`,
   * and the errors of `Generations.generate`
   */
  async *complete(
    request: ChatRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ChatEvent, void, void> {
    const model = this.find(request.model);
    const limit = this.#options.generations.contextLength(model, request.rules);
    const prompt = await this.#options.texts.prompt(model, request.messages, limit, signal);
    const maxTokens = this.#maxTokens(model, prompt.tokens.length, request);
    yield* this.#options.admission.run(
      () => this.#answer(request, model, prompt, maxTokens, signal),
      signal,
    );
  }

  #offered(model: ChatModel, known: readonly ChatModel[]): OfferedModel {
    const usableContextLength = this.#options.generations.contextLength(model);
    return { id: modelId(model, known), model, usableContextLength };
  }

  #answer(
    request: ChatRequest,
    model: ModelSummary,
    prompt: Prompt,
    maxTokens: number,
    signal: AbortSignal,
  ): AsyncGenerator<ChatEvent, void, void> {
    const { generations } = this.#options;
    return runChoices(
      request.choices,
      prompt.tokens.length,
      (choice, runSignal) => {
        const seed = (request.sampling.seed + choice) % seedCount;
        const generation = {
          model,
          promptTokens: prompt.tokens,
          sampling: { ...request.sampling, seed },
          maxAnswerTokens: maxTokens,
          rules: request.rules,
        };
        const { pieces } = prompt;
        const stop = [...request.stop, ...prompt.stops];
        return runChoice(generations, { choice, generation, pieces, stop }, runSignal);
      },
      signal,
    );
  }

  #maxTokens(
    model: ModelSummary,
    promptTokens: number,
    { maxTokens: wanted, rules }: ChatRequest,
  ): number {
    const contextLength = this.#options.generations.contextLength(model, rules);
    const left = contextLength - promptTokens;
    if (left < 1) {
      throw new AppError(
        'context-too-long',
        `The messages take ${promptTokens} tokens, but ${model.name} holds ${contextLength} tokens here, question and answer together. Shorten the messages.`,
      );
    }
    const { shareOfContext, leastTokens } = defaultAnswer;
    const usual = Math.max(leastTokens, Math.floor(contextLength * shareOfContext));
    return Math.min(left, wanted ?? usual);
  }
}

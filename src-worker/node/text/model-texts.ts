/**
 * Makes prompts for every model in use. A model's tokenizer is a process, so it is started for the model's first request,
 * few processes are kept, and idle ones are ended after a while.
 */
import type { ChatMessage } from '../../../src-shared/chat.ts';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';
import { ModelText, type Prompt } from './model-text.ts';
import { TemplateRenderer } from './template-renderer.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Most tokenizer processes; each takes about 60 MB, and a second to start. */
const maxCached = 4;

/** Time after which an idle tokenizer process is ended. */
const idleMs = 10 * 60_000;

export type ModelTextsOptions = {
  /** The path of a GGUF file that has at least the model's header. @throws AppError `model-not-found` */
  readonly headerPath: (manifestId: string) => Promise<string>;
  readonly startTokenizer: (headerPath: string) => Promise<Tokenizer>;
  /** Called at the first request to each model that has no chat template. */
  readonly onNoTemplate?: (model: ModelSummary) => void;
  readonly clock?: Clock;
};

type CachedText = {
  readonly text: Promise<ModelText>;
  users: number;
  cancelIdle: () => void;
};

export class ModelTexts {
  readonly #options: ModelTextsOptions;
  readonly #clock: Clock;
  readonly #renderer: TemplateRenderer;
  /** The cached texts by manifest id, least recently used first. */
  readonly #cached = new Map<string, CachedText>();
  readonly #ending = new Set<Promise<void>>();
  /** Models for which `onNoTemplate` was called. */
  readonly #withoutTemplate = new Set<string>();
  #closed = false;

  constructor(options: ModelTextsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#renderer = new TemplateRenderer(this.#clock);
  }

  /**
   * The messages as the model's tokens.
   * @param limit most tokens that the model takes here
   * @throws AppError `model-not-found` for a model that only peers have; as `ModelText.prompt` and starting an
   * engine do
   */
  async prompt(
    model: ModelSummary,
    messages: readonly ChatMessage[],
    limit: number,
    signal: AbortSignal,
  ): Promise<Prompt> {
    const cached = this.#take(model.manifestId);
    try {
      const text = await cached.text;
      if (!text.hasTemplate && !this.#withoutTemplate.has(model.manifestId)) {
        this.#withoutTemplate.add(model.manifestId);
        this.#options.onNoTemplate?.(model);
      }
      return await text.prompt(messages, signal, limit);
    } catch (error) {
      throw toAppError(error).code === 'model-not-found' ? onlyPeersHave(model, error) : error;
    } finally {
      this.#release(model.manifestId, cached);
    }
  }

  /** Ends the processes that are unused now; the next request starts them again. */
  endUnused(): void {
    for (const [id, cached] of this.#cached) {
      if (cached.users === 0) {
        this.#end(id, cached);
      }
    }
    this.#renderer.endUnused();
  }

  /** Ends all processes. */
  async stop(): Promise<void> {
    this.#closed = true;
    this.#renderer.close();
    for (const [id, cached] of this.#cached) {
      this.#end(id, cached);
    }
    await Promise.all(this.#ending);
  }

  #take(id: string): CachedText {
    if (this.#closed) {
      throw new AppError('cancelled', 'The node is stopping.');
    }
    const cached = this.#cached.get(id) ?? this.#start(id);
    cached.users += 1;
    cached.cancelIdle();
    this.#cached.delete(id);
    this.#cached.set(id, cached);
    this.#endSurplus();
    return cached;
  }

  #release(id: string, cached: CachedText): void {
    cached.users -= 1;
    if (cached.users === 0 && this.#cached.get(id) === cached) {
      cached.cancelIdle = this.#clock.after(idleMs, () => {
        this.#end(id, cached);
      });
      this.#endSurplus();
    }
  }

  #start(id: string): CachedText {
    const cached: CachedText = {
      text: this.#load(id),
      users: 0,
      cancelIdle: () => {},
    };
    // After a failed start, the next request tries again.
    cached.text.catch(() => {
      this.#forget(id, cached);
    });
    return cached;
  }

  async #load(id: string): Promise<ModelText> {
    const start = async (): Promise<Tokenizer> =>
      this.#options.startTokenizer(await this.#options.headerPath(id));
    return new ModelText(await start(), this.#renderer, start);
  }

  #forget(id: string, cached: CachedText): void {
    cached.cancelIdle();
    if (this.#cached.get(id) === cached) {
      this.#cached.delete(id);
    }
  }

  #endSurplus(): void {
    const unused = [...this.#cached].filter(([, { users }]) => users === 0);
    for (const [id, cached] of unused.slice(0, Math.max(0, this.#cached.size - maxCached))) {
      this.#end(id, cached);
    }
  }

  #end(id: string, cached: CachedText): void {
    this.#forget(id, cached);
    const ended = cached.text
      .then((text) => text.close())
      .catch(() => {})
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}

function onlyPeersHave(model: ModelSummary, cause: unknown): AppError {
  return new AppError(
    'model-not-found',
    `Peers host ${model.name}, but this machine does not have its tokenizer. Import the model's GGUF file first.`,
    { cause },
  );
}

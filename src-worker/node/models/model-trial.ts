/**
 * Tries a model once before it is imported: an engine reads its file except the data of the tensors, and one short
 * question is made into a prompt. A model that fails here would fail at every question.
 */
import { chatTemplateOf } from '../../gguf/chat-template.ts';
import type { GgufDescription } from '../../gguf/read.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { ChatMessage } from '../../../src-shared/chat.ts';
import { startEngineTokenizer } from '../text/engine-tokenizer.ts';
import { ModelText } from '../text/model-text.ts';
import { TemplateRenderer } from '../text/template-renderer.ts';
import { trialRefusal } from './trial-refusal.ts';

const question: readonly ChatMessage[] = [{ role: 'user', content: 'What is a mesh?' }];

const noTemplate =
  'Its file has no chat template, so questions are put to it as a plain transcript. Models that were not trained to chat go on with it as they like.';

export class ModelTrial {
  readonly #stopped = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /**
   * Runs the trial. Returns sentences with what the owner should know about the model, usually none.
   * @throws AppError `gguf-unsupported` with the reason when the model cannot answer; `timed-out` or an engine's error
   * when this machine cannot try it; `cancelled` when the node stops
   */
  async run(file: GgufDescription): Promise<readonly string[]> {
    const trial = this.#try(file);
    this.#running.add(trial);
    try {
      return await trial;
    } catch (error) {
      throw this.#stopped.signal.aborted ? stopping(error) : trialRefusal(file.path, error);
    } finally {
      this.#running.delete(trial);
    }
  }

  /** Ends running trials. Resolves when all their processes have ended. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.allSettled(this.#running);
  }

  async #try({ path, header }: GgufDescription): Promise<readonly string[]> {
    const { signal } = this.#stopped;
    const tokenizer = await startEngineTokenizer(path, { checksModel: true, signal });
    const renderer = new TemplateRenderer();
    const endRender = (): void => renderer.close();
    signal.addEventListener('abort', endRender);
    try {
      const template = chatTemplateOf(header.metadata);
      const vocabulary = { ...tokenizer.vocabulary, chatTemplate: template ?? null };
      const text = new ModelText({ ...tokenizer, vocabulary }, renderer);
      const { tokens } = await text.prompt(question, signal);
      if (tokens.length === 0) {
        throw new AppError('gguf-unsupported', "The model's chat template makes no text of it.");
      }
      return template === undefined ? [noTemplate] : [];
    } finally {
      signal.removeEventListener('abort', endRender);
      renderer.close();
      await tokenizer.close();
    }
  }
}

function stopping(cause: unknown): AppError {
  return new AppError('cancelled', 'The node is stopping.', { cause });
}

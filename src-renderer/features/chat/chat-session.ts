/**
 * Runs one conversation: sends questions to the host, collects the streamed text, and passes it to the page once for
 * each animation frame, however fast tokens arrive. It lives outside of React, so that a view finds its conversation
 * again when it comes back.
 */
import type { ChatEvent, Receipt } from '../../../src-shared/chat.ts';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import { ConnectionLostError, type HostClient } from '../host-client/host-client.ts';
import {
  emptyChat,
  isAnswering,
  nextChat,
  type ChatAction,
  type ChatState,
  type Failure,
} from './chat-state.ts';
import { messagesFor, samplingFor } from './conversation.ts';

/** The model for a question: its manifest id, its name for people, and whether it is the demo model. */
export interface AskedModel {
  readonly id: string;
  readonly name: string;
  readonly demo: boolean;
}

interface ChatSessionComponents {
  readonly host: Pick<HostClient, 'chat'>;
  /** Calls back before the next frame is drawn. */
  readonly nextFrame: (callback: () => void) => void;
}

function failureOf(error: unknown): Failure {
  if (error instanceof ConnectionLostError) {
    return { kind: 'connection-lost' };
  }
  const { code, message } = toAppError(error).toReport();
  return { kind: 'reported', code, message };
}

export class ChatSession {
  readonly #host: Pick<HostClient, 'chat'>;
  readonly #nextFrame: (callback: () => void) => void;
  readonly #listeners = new Set<() => void>();
  #state: ChatState = emptyChat;
  #attempt = 0;
  #stop = new AbortController();
  /** Text that arrived since the last frame. */
  #gathered = '';

  constructor({ host, nextFrame }: ChatSessionComponents) {
    this.#host = host;
    this.#nextFrame = nextFrame;
  }

  getState(): ChatState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks a new question. Does nothing while an answer is under way. */
  ask(question: string, model: AskedModel): void {
    if (!isAnswering(this.#state)) {
      this.#attempt += 1;
      this.#change({ type: 'asked', attempt: this.#attempt, model: model.name, question });
      void this.#answer(model, false);
    }
  }

  /** Asks the last question again: in the same way after a failure, with another seed after an answer. */
  retry(model: AskedModel): void {
    const last = this.#state.exchanges.at(-1);
    if (last !== undefined && !isAnswering(this.#state)) {
      this.#attempt += 1;
      this.#change({ type: 'retried', attempt: this.#attempt, model: model.name });
      void this.#answer(model, last.answer.status !== 'failed');
    }
  }

  /** Stops the answer under way and keeps its text so far. */
  stop(): void {
    if (isAnswering(this.#state)) {
      this.#showGathered(this.#attempt);
      this.#change({ type: 'stopped', attempt: this.#attempt });
      this.#stop.abort();
    }
  }

  /** Starts a new conversation. */
  clear(): void {
    this.stop();
    this.#change({ type: 'cleared' });
  }

  async #answer(model: AskedModel, again: boolean): Promise<void> {
    const attempt = this.#attempt;
    const last = this.#state.exchanges.at(-1);
    const messages = messagesFor(this.#state.exchanges.slice(0, -1), last?.question ?? '');
    const sampling = samplingFor(model, again, Math.random());
    this.#stop = new AbortController();
    this.#gathered = '';
    let receipt: Receipt | null = null;
    const onEvent = (event: ChatEvent): void => {
      if (attempt !== this.#attempt) {
        return;
      }
      if (event.type === 'text') {
        this.#gather(attempt, event.text);
      } else if (event.type === 'finished' && event.reason === 'length') {
        this.#change({ type: 'cut-short', attempt });
      } else if (event.type === 'done') {
        receipt = event.receipts[0] ?? null;
      }
    };
    try {
      await this.#host.chat({ model: model.id, messages, sampling }, onEvent, this.#stop.signal);
      this.#showGathered(attempt);
      this.#change({ type: 'done', attempt, receipt });
    } catch (error) {
      this.#showGathered(attempt);
      const stopped = error instanceof AppError && error.code === 'cancelled';
      this.#change(
        stopped
          ? { type: 'stopped', attempt }
          : { type: 'failed', attempt, failure: failureOf(error) },
      );
    }
  }

  #gather(attempt: number, text: string): void {
    if (this.#gathered === '') {
      this.#nextFrame(() => this.#showGathered(attempt));
    }
    this.#gathered += text;
  }

  #showGathered(attempt: number): void {
    if (attempt === this.#attempt && this.#gathered !== '') {
      const text = this.#gathered;
      this.#gathered = '';
      this.#change({ type: 'text', attempt, text });
    }
  }

  #change(action: ChatAction): void {
    const next = nextChat(this.#state, action);
    if (next !== this.#state) {
      this.#state = next;
      for (const listener of this.#listeners) {
        listener();
      }
    }
  }
}

/**
 * The questions that the host has not answered yet. Settles each exactly once, whatever comes in: answers
 * to nobody's question are ignored, an answer of the wrong shape fails its question.
 */
import type { ChatEvent } from '../../../src-shared/chat.ts';
import type { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import {
  hostMethods,
  type HostMessage,
  type HostMethod,
  type HostResult,
} from '../../../src-shared/host-api.ts';
import { parseLeniently } from '../../../src-shared/lenient-list.ts';

interface Pending {
  /** Parses the result and resolves, or rejects. */
  settle(result: unknown): void;
  reject(error: Error): void;
  onChatEvent(event: ChatEvent): void;
}

export class PendingRequests {
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  /** A new question's id, and the promise of its answer. `onChatEvent` hears a chat's events before that. */
  add<M extends HostMethod>(
    method: M,
    onChatEvent: (event: ChatEvent) => void = () => {},
  ): { id: number; answer: Promise<HostResult<M>> } {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<HostResult<M>>((resolve, reject) => {
      const settle = (result: unknown): void => {
        const schema: z.ZodType = hostMethods[method].result;
        const { parsed, leftOut } = parseLeniently(schema, result);
        if (leftOut.length > 0) {
          console.warn(`Parts of the host's answer to ${method} could not be read.`, leftOut);
        }
        if (parsed.success) {
          resolve(parsed.data as HostResult<M>);
        } else {
          reject(new AppError('internal', `The host's answer to ${method} could not be read.`));
        }
      };
      this.#pending.set(id, { settle, reject, onChatEvent });
    });
    return { id, answer };
  }

  /** Takes any message but snapshots. */
  take(message: Exclude<HostMessage, { type: 'snapshot' }>): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) {
      return;
    }
    if (message.type === 'chat') {
      pending.onChatEvent(message.event);
      return;
    }
    this.#pending.delete(message.id);
    if (message.type === 'result') {
      pending.settle(message.result);
    } else {
      pending.reject(AppError.fromReport(message.error));
    }
  }

  /** Fails every open question. */
  failAll(makeError: () => Error): void {
    const open = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of open) {
      pending.reject(makeError());
    }
  }
}

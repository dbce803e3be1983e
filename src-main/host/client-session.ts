/**
 * One client of the host, whatever carries its messages: parses what it asks, answers each request once,
 * streams its chats, and cancels them when it is gone.
 */
import { z } from 'zod';
import { AppError, describeCauses, toAppError } from '../../src-shared/errors.ts';
import { type HostMessage, hostMethods, hostRequestSchema } from '../../src-shared/host-api.ts';
import type { Host } from './host.ts';
import { invalidRequest } from './invalid-request.ts';

/** Requests of one client under way at once. A window has a handful. */
const maxPending = 32;

const anyIdSchema = z.object({ id: z.int().min(1) });

export class ClientSession {
  readonly #host: Host;
  readonly #send: (message: HostMessage) => void;
  readonly #chats = new Map<number, AbortController>();
  readonly #pending = new Set<number>();

  constructor(host: Host, send: (message: HostMessage) => void) {
    this.#host = host;
    this.#send = send;
  }

  /**
   * Takes one message of the client. The answer goes out through `send`; this resolves after it.
   *
   * @throws AppError `protocol-violation` when the message is nothing that could be answered
   */
  async receive(text: string): Promise<void> {
    const message = parseJson(text);
    const id = anyIdSchema.safeParse(message).data?.id;
    if (id === undefined) {
      throw new AppError('protocol-violation', 'A client sent something that is no request.');
    }
    if (this.#pending.has(id)) {
      throw new AppError('protocol-violation', `A client used the number ${id} twice at once.`);
    }
    this.#pending.add(id);
    try {
      this.#send({ type: 'result', id, result: await this.#handle(id, message) });
    } catch (error) {
      const report = toAppError(error);
      if (report.code === 'internal') {
        this.#host.log.write('error', 'host', report.message, {
          cause: describeCauses(error),
        });
      }
      this.#send({ type: 'error', id, error: report.toReport() });
    } finally {
      this.#pending.delete(id);
    }
  }

  /** The client is gone: nobody waits for its answers any more. */
  close(): void {
    for (const chat of this.#chats.values()) {
      chat.abort();
    }
  }

  async #handle(id: number, message: unknown): Promise<unknown> {
    if (this.#pending.size > maxPending) {
      throw new AppError(
        'over-capacity',
        `This window already waits for ${maxPending} answers; try again when some have come.`,
      );
    }
    const request = hostRequestSchema.safeParse(message);
    if (!request.success) {
      throw invalidRequest('request', request.error);
    }
    const { method, params } = request.data;
    if (method === 'chat') {
      return this.#chat(id, params);
    }
    if (method === 'cancel') {
      return this.#cancel(params);
    }
    return this.#host.call(method, params);
  }

  #cancel(params: unknown): null {
    const cancel = hostMethods.cancel.params.safeParse(params);
    if (!cancel.success) {
      throw invalidRequest('cancel', cancel.error);
    }
    // One that is over already needs no cancelling.
    this.#chats.get(cancel.data.request)?.abort();
    return null;
  }

  async #chat(id: number, params: unknown): Promise<null> {
    const chat = hostMethods.chat.params.safeParse(params);
    if (!chat.success) {
      throw invalidRequest('chat', chat.error);
    }
    const abort = new AbortController();
    this.#chats.set(id, abort);
    try {
      await this.#host.chat(
        chat.data,
        (event) => this.#send({ type: 'chat', id, event }),
        abort.signal,
      );
      return null;
    } finally {
      this.#chats.delete(id);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

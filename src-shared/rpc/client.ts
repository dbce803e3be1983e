/** The client of a link: settles each request exactly once, whatever messages arrive. */
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { parseLeniently } from '../lenient-list.ts';
import {
  serverMessageSchema,
  type ServerMessage,
  type ClientMessage,
  type Contract,
  type Method,
  type MethodName,
  type Notice,
  type NoticeName,
  type Params,
  type Result,
  type StreamEvent,
  type StreamName,
} from './contract.ts';
import { invalidRequest } from './invalid-request.ts';
import { linkWords } from '../words/errors.ts';

/** One function for each notice; `leftOut` has a sentence for each entry of its lists that could not be read. */
export type NoticeListeners<C extends Contract> = {
  readonly [N in NoticeName<C>]: (value: Notice<C, N>, leftOut: readonly string[]) => void;
};

export type RpcClientOptions<C extends Contract> = {
  readonly contract: C;
  /** Sends a message; calls `failed` when that is impossible. */
  readonly send: (message: ClientMessage, failed: (cause: unknown) => void) => void;
  /** The server's name in sentences, e.g. "the mesh node". */
  readonly server: string;
  /** Makes the error of requests that got no response before the link ended. */
  readonly ended: (cause?: unknown) => Error;
  readonly notices: NoticeListeners<C>;
  /** Called with a text for the log when a message is not valid. */
  readonly onBadMessage: (problem: string) => void;
  /** Called with sentences about the entries that were left out of a result because they are not valid, usually none. */
  readonly onLeftOut?: (method: MethodName<C>, leftOut: readonly string[]) => void;
};

export type CallOptions = {
  /** Cancels the request: it rejects at once with `cancelled`, and the server gets the cancellation. */
  readonly signal?: AbortSignal | undefined;
};

export type StreamOptions<C extends Contract, N extends MethodName<C>> = CallOptions & {
  readonly onEvent: (event: StreamEvent<C, N>, leftOut: readonly string[]) => void;
};

type Pending = {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: ((event: unknown, leftOut: readonly string[]) => void) | undefined;
  /** Clears the timer and removes the listener of the signal. */
  readonly release: () => void;
};

export class RpcClient<C extends Contract> {
  readonly #options: RpcClientOptions<C>;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #isClosed = false;

  constructor(options: RpcClientOptions<C>) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Sends a request and resolves with its result.
   *
   * @throws AppError the server's error; `request-invalid` for parameters that the contract refuses;
   * `timed-out`; `cancelled`; `internal` for a result that is not valid; and the error of `ended`
   */
  call<N extends MethodName<C>>(
    method: N,
    params: Params<C, N>,
    options: CallOptions = {},
  ): Promise<Result<C, N>> {
    return this.#request(method, params, options.signal, undefined);
  }

  /** As `call`; the events of the stream come before it resolves. */
  stream<N extends StreamName<C>>(
    method: N,
    params: Params<C, N>,
    options: StreamOptions<C, N>,
  ): Promise<Result<C, N>> {
    return this.#request(method, params, options.signal, options.onEvent as Pending['onEvent']);
  }

  /** Takes one message of the server. */
  receive(message: unknown): void {
    const parsed = serverMessageSchema.safeParse(message);
    if (parsed.success) {
      this.#take(parsed.data);
      return;
    }
    this.#options.onBadMessage(z.prettifyError(parsed.error));
    // There is no other response to this request, so it fails with this one.
    const id = z.object({ id: z.int() }).safeParse(message).data?.id ?? 0;
    const pending = this.#settle(id);
    pending?.reject(this.#invalidResponse(pending.method, parsed.error));
  }

  /** Ends the client after the link has ended: pending and later requests fail. */
  close(cause?: unknown): void {
    this.#isClosed = true;
    for (const id of this.#pending.keys()) {
      this.#settle(id)?.reject(this.#options.ended(cause));
    }
  }

  #request<T>(
    method: string,
    params: unknown,
    signal: AbortSignal | undefined,
    onEvent: Pending['onEvent'],
  ): Promise<T> {
    const { params: schema, invalidCode, deadlineMs } = this.#methodOf(method);
    return new Promise<T>((resolve, reject) => {
      if (this.#isClosed) {
        reject(this.#options.ended());
        return;
      }
      const parsed = schema.safeParse(params);
      if (!parsed.success) {
        reject(invalidRequest(method, parsed.error, invalidCode));
        return;
      }
      if (signal?.aborted === true) {
        reject(cancelledError());
        return;
      }
      const id = this.#nextId++;
      const cancel = (): void => {
        this.#settle(id)?.reject(cancelledError());
        this.#options.send({ cancel: id }, () => {});
      };
      const timer =
        deadlineMs === null
          ? undefined
          : setTimeout(() => this.#settle(id)?.reject(this.#late(method, deadlineMs)), deadlineMs);
      signal?.addEventListener('abort', cancel);
      this.#pending.set(id, {
        method,
        resolve: resolve as (result: unknown) => void,
        reject,
        onEvent,
        release: () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', cancel);
        },
      });
      this.#options.send({ id, method, params }, (cause) =>
        this.#settle(id)?.reject(this.#options.ended(cause)),
      );
    });
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case 'result':
        this.#result(message.id, message.result);
        break;
      case 'error':
        this.#settle(message.id)?.reject(AppError.fromReport(message.error));
        break;
      case 'event':
        this.#event(message.id, message.event);
        break;
      case 'notice':
        this.#notice(message.name, message.value);
        break;
    }
  }

  #result(id: number, result: unknown): void {
    const pending = this.#settle(id);
    if (pending === undefined) {
      return;
    }
    const { method } = pending;
    const { parsed, leftOut } = parseLeniently(this.#methodOf(method).result, result);
    if (parsed.success) {
      this.#options.onLeftOut?.(method, leftOut);
      pending.resolve(parsed.data);
    } else {
      this.#options.onBadMessage(`${method}: ${z.prettifyError(parsed.error)}`);
      pending.reject(this.#invalidResponse(method, parsed.error));
    }
  }

  #event(id: number, event: unknown): void {
    // Events of a request that was cancelled meanwhile are dropped.
    const pending = this.#pending.get(id);
    const schema = pending === undefined ? undefined : this.#methodOf(pending.method).event;
    if (pending?.onEvent === undefined || schema === undefined) {
      return;
    }
    const { parsed, leftOut } = parseLeniently(schema, event);
    if (parsed.success) {
      pending.onEvent(parsed.data, leftOut);
    } else {
      this.#options.onBadMessage(`${pending.method}: ${z.prettifyError(parsed.error)}`);
    }
  }

  #notice(name: string, value: unknown): void {
    const { contract, notices, onBadMessage } = this.#options;
    const schema = Object.hasOwn(contract.notices, name) ? contract.notices[name] : undefined;
    if (schema === undefined) {
      onBadMessage(`There is no notice called "${name.slice(0, 100)}".`);
      return;
    }
    const { parsed, leftOut } = parseLeniently(schema, value);
    if (parsed.success) {
      notices[name as NoticeName<C>](parsed.data as never, leftOut);
    } else {
      onBadMessage(`${name}: ${z.prettifyError(parsed.error)}`);
    }
  }

  #methodOf(name: string): Method {
    const method = this.#options.contract.methods[name];
    if (method === undefined) {
      throw new AppError('internal', `There is no method called "${name}".`);
    }
    return method;
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.release();
    return pending;
  }

  #invalidResponse(method: string, cause: unknown): AppError {
    return new AppError('internal', linkWords.invalidResponse(this.#options.server), {
      cause: new Error(`the response to "${method}" is not valid`, { cause }),
    });
  }

  #late(method: string, ms: number): AppError {
    return new AppError('timed-out', linkWords.late(this.#options.server, ms / 1000), {
      cause: new Error(`no response to "${method}" came`),
    });
  }
}

function cancelledError(): AppError {
  return new AppError('cancelled', linkWords.cancelled);
}

/** The server of a link: checks each request, sends one response to it, and sends events and notices. */
import { z } from 'zod';
import { AppError, toAppError } from '../errors.ts';
import {
  clientMessageSchema,
  type ServerMessage,
  type Contract,
  type MethodName,
  type NoticeName,
  type ParsedParams,
  type Result,
  type StreamEvent,
} from './contract.ts';
import { invalidRequest } from './invalid-request.ts';
import { linkWords } from '../words/errors.ts';

export type CallContext<Event> = {
  /** Sends an event of a stream. */
  readonly emit: (event: Event) => void;
  /** Aborts when the client cancels the request, or is gone. */
  readonly signal: AbortSignal;
  readonly flow: Flow;
};

/** Whether the client takes events now. Events that can be left out wait until it does again. */
export type Flow = {
  readonly isReady: () => boolean;
  /** Calls the listener whenever the client takes events again; returns a function that ends that. */
  readonly onReady: (listener: () => void) => () => void;
};

export const alwaysReady: Flow = { isReady: () => true, onReady: () => () => {} };

type Handler<C extends Contract, N extends MethodName<C>> = (
  params: ParsedParams<C, N>,
  context: CallContext<StreamEvent<C, N>>,
) => Result<C, N> | Promise<Result<C, N>>;

/** One function for each method. */
export type Handlers<C extends Contract> = { readonly [N in MethodName<C>]: Handler<C, N> };

export type RpcServerOptions<C extends Contract> = {
  readonly contract: C;
  /** Called at each request, because some handlers may exist only at times. */
  readonly handlers: () => Partial<Handlers<C>>;
  readonly send: (message: ServerMessage) => void;
  /** Called with an unexpected error of a request. */
  readonly onInternalError: (error: AppError) => void;
  /** Called before each result, so that changes that the method made can be sent before it. */
  readonly beforeResponse?: (method: MethodName<C>) => void | Promise<void>;
  /** Absent: the client always takes events. */
  readonly flow?: Flow;
  /** Most pending requests; further ones are refused. Absent: any number. */
  readonly maxPending?: number;
};

export class RpcServer<C extends Contract> {
  readonly #options: RpcServerOptions<C>;
  readonly #pending = new Map<number, AbortController>();

  constructor(options: RpcServerOptions<C>) {
    this.#options = options;
  }

  /**
   * Takes one message of the client. Resolves after its response was sent.
   *
   * @throws AppError `protocol-violation` when the message is not a request
   */
  async receive(message: unknown): Promise<void> {
    const parsed = clientMessageSchema.safeParse(message);
    if (!parsed.success) {
      const problem = z.prettifyError(parsed.error).slice(0, 500);
      throw new AppError(
        'protocol-violation',
        `What came is no request with a number and a method: ${problem}`,
      );
    }
    if ('cancel' in parsed.data) {
      // A request that has a response already needs no cancellation.
      this.#pending.get(parsed.data.cancel)?.abort();
      return;
    }
    const { id, method, params } = parsed.data;
    if (this.#pending.has(id)) {
      throw new AppError('protocol-violation', `The number ${id} was used twice at once.`);
    }
    const abort = new AbortController();
    this.#pending.set(id, abort);
    const response = await this.#respond(id, method, params, abort.signal);
    this.#pending.delete(id);
    this.#options.send(response);
  }

  /** Sends a notice. */
  tell<N extends NoticeName<C>>(name: N, value: z.input<C['notices'][N]>): void {
    this.#options.send({ type: 'notice', name, value });
  }

  /** Aborts all pending requests, because the client is gone. */
  close(): void {
    for (const abort of this.#pending.values()) {
      abort.abort();
    }
  }

  async #respond(
    id: number,
    method: string,
    params: unknown,
    signal: AbortSignal,
  ): Promise<ServerMessage> {
    const { contract, handlers, send, flow = alwaysReady, onInternalError } = this.#options;
    const { beforeResponse, maxPending } = this.#options;
    try {
      if (maxPending !== undefined && this.#pending.size > maxPending) {
        throw new AppError('over-capacity', linkWords.tooMany(maxPending));
      }
      const emit = (event: unknown): void => {
        // Events after the response are dropped.
        if (this.#pending.has(id)) {
          send({ type: 'event', id, event });
        }
      };
      const result = await performCall(contract, handlers(), method, params, {
        emit,
        signal,
        flow,
      });
      await beforeResponse?.(method);
      return { type: 'result', id, result };
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'internal') {
        onInternalError(error);
      }
      return { type: 'error', id, error: error.toReport() };
    }
  }
}

/**
 * Checks parameters and calls the handler of the method.
 *
 * @throws AppError `request-invalid`, or the method's own code for that; `not-running` when there is no handler now; and
 * errors of the handler
 */
export async function performCall<C extends Contract>(
  contract: C,
  handlers: Partial<Handlers<C>>,
  method: string,
  params: unknown,
  context: CallContext<unknown>,
): Promise<unknown> {
  const found = Object.hasOwn(contract.methods, method) ? contract.methods[method] : undefined;
  if (found === undefined) {
    throw new AppError('request-invalid', linkWords.noSuchMethod(method));
  }
  const parsed = found.params.safeParse(params);
  if (!parsed.success) {
    throw invalidRequest(method, parsed.error, found.invalidCode);
  }
  const handler = handlers[method as MethodName<C>];
  if (handler === undefined) {
    throw new AppError('not-running', linkWords.beforeStart);
  }
  return await handler(parsed.data as never, context);
}

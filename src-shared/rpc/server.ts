/** The answering end of a link: checks what is asked, answers each question once, and sends events and notices. */
import { z } from 'zod';
import { AppError, toAppError } from '../errors.ts';
import {
  askerMessageSchema,
  type AnswererMessage,
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
  /** Aborts when the asker gives the question up, or is gone. */
  readonly signal: AbortSignal;
  readonly flow: Flow;
};

/** Whether the asker takes events now; what can be left out waits until it does again. */
export type Flow = {
  readonly isReady: () => boolean;
  /** Calls back whenever the asker takes events again; returns how to end that. */
  readonly onReady: (listener: () => void) => () => void;
};

export const alwaysReady: Flow = { isReady: () => true, onReady: () => () => {} };

type Handler<C extends Contract, N extends MethodName<C>> = (
  params: ParsedParams<C, N>,
  context: CallContext<StreamEvent<C, N>>,
) => Result<C, N> | Promise<Result<C, N>>;

/** One function a method. */
export type Handlers<C extends Contract> = { readonly [N in MethodName<C>]: Handler<C, N> };

export type RpcServerOptions<C extends Contract> = {
  readonly contract: C;
  /** Asked for at each question: some may be there only at times. */
  readonly handlers: () => Partial<Handlers<C>>;
  readonly send: (message: AnswererMessage) => void;
  /** A question led to an unexpected error. */
  readonly onInternalError: (error: AppError) => void;
  /** Called before each answer but those of errors, so that what a method changed can be told before it. */
  readonly beforeAnswer?: (method: MethodName<C>) => void | Promise<void>;
  /** Absent: the asker takes everything. */
  readonly flow?: Flow;
  /** Questions under way at once, beyond which one is refused; absent: any number. */
  readonly maxPending?: number;
};

export class RpcServer<C extends Contract> {
  readonly #options: RpcServerOptions<C>;
  readonly #pending = new Map<number, AbortController>();

  constructor(options: RpcServerOptions<C>) {
    this.#options = options;
  }

  /**
   * Takes one message of the asking end. Resolves after its answer was sent.
   *
   * @throws AppError `protocol-violation` when the message is nothing that could be answered
   */
  async receive(message: unknown): Promise<void> {
    const parsed = askerMessageSchema.safeParse(message);
    if (!parsed.success) {
      const problem = z.prettifyError(parsed.error).slice(0, 500);
      throw new AppError(
        'protocol-violation',
        `What came is no request with a number and a method: ${problem}`,
      );
    }
    if ('cancel' in parsed.data) {
      // One that is over already needs no cancelling.
      this.#pending.get(parsed.data.cancel)?.abort();
      return;
    }
    const { id, method, params } = parsed.data;
    if (this.#pending.has(id)) {
      throw new AppError('protocol-violation', `The number ${id} was used twice at once.`);
    }
    const abort = new AbortController();
    this.#pending.set(id, abort);
    const answer = await this.#answer(id, method, params, abort.signal);
    this.#pending.delete(id);
    this.#options.send(answer);
  }

  /** Tells something of its own accord. */
  tell<N extends NoticeName<C>>(name: N, value: z.input<C['notices'][N]>): void {
    this.#options.send({ type: 'notice', name, value });
  }

  /** No client waits for answers any more: what is under way is given up. */
  close(): void {
    for (const abort of this.#pending.values()) {
      abort.abort();
    }
  }

  async #answer(
    id: number,
    method: string,
    params: unknown,
    signal: AbortSignal,
  ): Promise<AnswererMessage> {
    const { contract, handlers, send, flow = alwaysReady, onInternalError } = this.#options;
    const { beforeAnswer, maxPending } = this.#options;
    try {
      if (maxPending !== undefined && this.#pending.size > maxPending) {
        throw new AppError('over-capacity', linkWords.tooMany(maxPending));
      }
      const emit = (event: unknown): void => {
        // What a handler still says after its question was answered has no receiver.
        if (this.#pending.has(id)) {
          send({ type: 'event', id, event });
        }
      };
      const result = await performCall(contract, handlers(), method, params, {
        emit,
        signal,
        flow,
      });
      await beforeAnswer?.(method);
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
 * @throws AppError `request-invalid`, or what the method has for that; `not-running` when there is no such handler now; and
 * what the handler throws
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
    throw new AppError('request-invalid', `There is no method called "${method}".`);
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

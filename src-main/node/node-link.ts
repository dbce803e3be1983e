/**
 * The host's end of the IPC channel to one life of the node process: typed requests, each answered once, and
 * the node's own messages. The node parses strangers' bytes, so what it says is parsed here too.
 */
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { AppError } from '../../src-shared/errors.ts';
import { parseLeniently } from '../../src-shared/lenient-list.ts';
import {
  nodeMessageSchema,
  nodeMethods,
  type NodeMessage,
  type NodeMethod,
  type NodeParams,
  type NodeResult,
} from '../../src-shared/node-api.ts';

/** What a node says of its own accord. */
export type NodeEvent = Exclude<NodeMessage, { type: 'result' | 'error' }>;

/** What a link hears beside the answers to its own questions. */
export type NodeLinkEvents = {
  readonly onEvent: (event: NodeEvent) => void;
  /** What came is not understood, as a text for the log. */
  readonly onBadMessage: (problem: string) => void;
  /** Which entries the newest answer of this kind had to do without, in sentences; mostly none. */
  readonly onLeftOut: (source: NodeMethod, leftOut: readonly string[]) => void;
};

type Pending = {
  readonly method: NodeMethod;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: AppError) => void;
  readonly timer: NodeJS.Timeout | undefined;
};

/** Longest wait for an answer, in milliseconds; null where the work itself has no limit. */
const deadlines: Readonly<Record<NodeMethod, number | null>> = {
  // The supervisor has deadlines of its own for starting and stopping.
  start: null,
  stop: null,
  chat: null,
  // Its silence is what the heartbeat looks for.
  ping: null,
  importModel: null,
  downloadModel: null,
  status: 15_000,
  configure: 15_000,
  setWork: 15_000,
  removeModel: 30_000,
  cancelChat: 15_000,
  modelStorage: 15_000,
  catalog: 15_000,
  cancelDownload: 15_000,
  route: 15_000,
  poolCreate: 15_000,
  poolInvite: 15_000,
  // The inviting node is dialled for up to ten seconds.
  poolJoin: 30_000,
  poolReadInvite: 15_000,
  poolList: 15_000,
  poolRevoke: 15_000,
  // A model's whole file may be read for its hash.
  poolOffer: null,
  poolWithdraw: 15_000,
  poolLeave: 15_000,
};

export class NodeLink {
  readonly #process: ChildProcess;
  readonly #events: NodeLinkEvents;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #isClosed = false;

  constructor(process: ChildProcess, events: NodeLinkEvents) {
    this.#process = process;
    this.#events = events;
    process.on('message', (message) => this.#receive(message));
    process.once('disconnect', () => this.#close());
    process.once('exit', () => this.#close());
  }

  /** The process is gone, or has closed its end. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Asks the node and resolves with its answer.
   *
   * @throws AppError what the node answered; `child-failed` when it ended before that; `timed-out`
   */
  request<M extends NodeMethod>(method: M, params: NodeParams<M>): Promise<NodeResult<M>> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(endedError());
        return;
      }
      const id = this.#nextId++;
      const settle = resolve as (result: unknown) => void;
      const timer = this.#startTimer(id, method);
      this.#pending.set(id, { method, resolve: settle, reject, timer });
      const parsed = nodeMethods[method].params.safeParse(params);
      if (!parsed.success) {
        this.#take(id)?.reject(notUnderstood('request-invalid', method, 'question', parsed.error));
        return;
      }
      this.#process.send({ id, method, params: parsed.data }, (error) => {
        if (error !== null) {
          this.#take(id)?.reject(endedError(error));
        }
      });
    });
  }

  #receive(message: unknown): void {
    const { parsed, leftOut } = parseLeniently(nodeMessageSchema, message);
    if (!parsed.success) {
      this.#events.onBadMessage(z.prettifyError(parsed.error));
      // An answer that makes no sense is still the only one that will come.
      const id = z.object({ id: z.int() }).safeParse(message).data?.id ?? 0;
      const pending = this.#take(id);
      pending?.reject(notUnderstood('internal', pending.method, 'answer', parsed.error));
      return;
    }
    const event = parsed.data;
    if (event.type === 'result') {
      this.#answer(event.id, event.result);
    } else if (event.type === 'error') {
      this.#take(event.id)?.reject(AppError.fromReport(event.error));
    } else {
      if (event.type === 'status') {
        this.#events.onLeftOut('status', leftOut);
      }
      this.#events.onEvent(event);
    }
  }

  #answer(id: number, result: unknown): void {
    const pending = this.#take(id);
    if (pending === undefined) {
      return;
    }
    const { method } = pending;
    const schema: z.ZodType = nodeMethods[method].result;
    const { parsed, leftOut } = parseLeniently(schema, result);
    if (parsed.success) {
      // What a node answers to its start is its first status.
      this.#events.onLeftOut(method === 'start' ? 'status' : method, leftOut);
      pending.resolve(parsed.data);
    } else {
      this.#events.onBadMessage(`${method}: ${z.prettifyError(parsed.error)}`);
      pending.reject(notUnderstood('internal', method, 'answer', parsed.error));
    }
  }

  #startTimer(id: number, method: NodeMethod): NodeJS.Timeout | undefined {
    const ms = deadlines[method];
    if (ms === null) {
      return undefined;
    }
    return setTimeout(() => {
      this.#take(id)?.reject(
        new AppError(
          'timed-out',
          `The mesh node did not answer within ${ms / 1000} seconds ("${method}"); this machine may be overloaded.`,
        ),
      );
    }, ms);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.timer);
    return pending;
  }

  #close(): void {
    this.#isClosed = true;
    for (const id of this.#pending.keys()) {
      this.#take(id)?.reject(endedError());
    }
  }
}

function endedError(cause?: unknown): AppError {
  return new AppError(
    'child-failed',
    'The mesh node ended before it had answered. It starts again by itself; try again in a moment.',
    { cause },
  );
}

function notUnderstood(
  code: 'request-invalid' | 'internal',
  method: NodeMethod,
  what: string,
  cause: Error,
): AppError {
  return new AppError(code, `The ${what} to or from the mesh node ("${method}") is not valid.`, {
    cause,
  });
}

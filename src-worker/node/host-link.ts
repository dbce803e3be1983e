/** The node's end of the link to its host: requests in, answers and events out, each parsed by its schema. */
import { AppError, describeCauses, toAppError } from '../../src-shared/errors.ts';
import {
  type NodeMessage,
  type NodeMethod,
  nodeMethods,
  type NodeResult,
  nodeRequestSchema,
} from '../../src-shared/node-api.ts';
import type { z } from 'zod';

/** Parameters as they are after parsing, with all defaults. */
type Parsed<M extends NodeMethod> = z.output<(typeof nodeMethods)[M]['params']>;

export type NodeHandlers = {
  readonly [M in NodeMethod]: (params: Parsed<M>) => NodeResult<M> | Promise<NodeResult<M>>;
};

/** Node's IPC channel, or something like it. */
export type HostChannel = {
  readonly send: (message: NodeMessage) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
};

/**
 * Answers every request of the host once; what is no request is logged and dropped. `handlers` is asked for each: most of
 * them are there only while the node runs.
 */
export function serveHost(channel: HostChannel, handlers: () => Partial<NodeHandlers>): void {
  const log = (message: string): void =>
    channel.send({ type: 'log', level: 'warn', source: 'node', message });
  channel.onMessage((message) => {
    const request = nodeRequestSchema.safeParse(message);
    if (!request.success) {
      log(`The host sent something that is not a request: ${request.error.message}`);
      return;
    }
    const { id, method, params } = request.data;
    answer(handlers(), method, params).then(
      (result) => channel.send({ type: 'result', id, result }),
      (thrown: unknown) => {
        const error = toAppError(thrown);
        if (error.code === 'internal') {
          log(describeCauses(error));
        }
        channel.send({ type: 'error', id, error: error.toReport() });
      },
    );
  });
}

async function answer(
  handlers: Partial<NodeHandlers>,
  method: string,
  params: unknown,
): Promise<unknown> {
  if (!isMethod(method)) {
    throw new AppError('request-invalid', `The node has no method called "${method}".`);
  }
  return await call(handlers, method, params);
}

async function call<M extends NodeMethod>(
  handlers: Partial<NodeHandlers>,
  method: M,
  params: unknown,
): Promise<NodeResult<M>> {
  const parsed = nodeMethods[method].params.safeParse(params);
  if (!parsed.success) {
    throw new AppError('request-invalid', `The parameters of "${method}" are not valid.`, {
      cause: parsed.error,
    });
  }
  const handler = handlers[method];
  if (handler === undefined) {
    throw new AppError('not-running', 'The node has not been started yet.');
  }
  return await handler(parsed.data as Parsed<M>);
}

function isMethod(method: string): method is NodeMethod {
  return Object.hasOwn(nodeMethods, method);
}

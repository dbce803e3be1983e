/** What the host's clients may ask for, and that part of it which the host passes on to its node. */
import { type HostApi, type PassedOnApi, passedOnApi } from '../../src-shared/api/host-api.ts';
import type { MethodName } from '../../src-shared/rpc/contract.ts';
import type { CallContext, Handlers } from '../../src-shared/rpc/server.ts';
import type { NodeProcess } from '../node/node-process.ts';

export type HostHandlers = Handlers<HostApi>;

/** `node` is asked for at every call. */
export function passedOnHandlers(node: () => NodeProcess): Handlers<PassedOnApi> {
  const handlers = (Object.keys(passedOnApi.methods) as MethodName<PassedOnApi>[]).map((method) => [
    method,
    async (params: never, { emit, signal }: CallContext<never>) =>
      node().passOn(method, params, { onEvent: emit, signal }),
  ]);
  return Object.fromEntries(handlers) as Handlers<PassedOnApi>;
}

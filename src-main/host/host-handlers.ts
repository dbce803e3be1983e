/** What the host's clients may ask for, and that part of it which the host passes on to its node. */
import type { z } from 'zod';
import type { HostMethod, hostMethods, HostResult } from '../../src-shared/host-api.ts';
import type { NodeProcess } from '../node/node-process.ts';

/** `chat` streams and `cancel` belongs to a client; see client-session.ts. */
export type CallableMethod = Exclude<HostMethod, 'chat' | 'cancel'>;

export type Handlers = {
  readonly [M in CallableMethod]: (
    params: z.output<(typeof hostMethods)[M]['params']>,
  ) => Promise<HostResult<M>> | HostResult<M>;
};

/** `node` is asked for at every call. */
export function nodeHandlers(node: () => NodeProcess) {
  return {
    removeModel: (params) => node().removeModel(params),
    downloadModel: (params) => node().downloadModel(params),
    modelStorage: (params) => node().ask('modelStorage', params),
    catalog: (params) => node().ask('catalog', params),
    cancelDownload: (params) => node().ask('cancelDownload', params),
    route: (params) => node().ask('route', params),
    poolCreate: (params) => node().ask('poolCreate', params),
    poolInvite: (params) => node().ask('poolInvite', params),
    poolJoin: (params) => node().ask('poolJoin', params),
    poolReadInvite: (params) => node().ask('poolReadInvite', params),
    poolList: (params) => node().ask('poolList', params),
    poolRevoke: (params) => node().ask('poolRevoke', params),
    poolOffer: (params) => node().ask('poolOffer', params),
    poolWithdraw: (params) => node().ask('poolWithdraw', params),
    poolLeave: (params) => node().ask('poolLeave', params),
  } satisfies Partial<Handlers>;
}

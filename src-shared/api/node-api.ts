/** The messages between the host and its node process, over Node's own IPC channel. */
import { chatMethods } from './chat.ts';
import { modelMethods, modelNotices } from './models.ts';
import { controlMethods, controlNotices } from './node-control.ts';
import { poolMethods } from './pools.ts';
import { routeMethods } from './routes.ts';
import { nodeTopicMethods } from './topics.ts';
import { usageNotices } from './usage.ts';
import type { MethodName, Result } from '../rpc/contract.ts';

export const nodeApi = {
  methods: {
    ...controlMethods,
    ...chatMethods,
    ...modelMethods,
    ...routeMethods,
    ...poolMethods,
    ...nodeTopicMethods,
  },
  notices: { ...controlNotices, ...modelNotices, ...usageNotices },
} as const;
export type NodeApi = typeof nodeApi;
export type NodeMethod = MethodName<NodeApi>;
export type NodeResult<M extends NodeMethod> = Result<NodeApi, M>;

/**
 * All that a window (browser over WebSocket, desktop window over Electron's IPC) and the command line say to the host:
 * methods of the host, and those of the node that it passes on. One JSON text a message.
 */
import type { MethodName, Params, Result } from '../rpc/contract.ts';
import { passedOnMethods } from '../rpc/contract.ts';
import { appMethods } from './app.ts';
import { dutyMethods } from './duty.ts';
import { modelMethods } from './models.ts';
import { nodeApi } from './node-api.ts';
import { settingsMethods } from './settings.ts';
import { topicMethods } from './topics.ts';
import { usageMethods } from './usage.ts';

/** Those that the host answers by asking its node the same. */
export const passedOnApi = { methods: passedOnMethods(nodeApi.methods), notices: {} } as const;
export type PassedOnApi = typeof passedOnApi;

export const hostApi = {
  methods: {
    ...passedOnApi.methods,
    ...appMethods,
    ...dutyMethods,
    ...settingsMethods,
    ...topicMethods,
    ...usageMethods,
    /** Beside what the node does, the fault of a file that had changed is over. */
    importModel: { ...modelMethods.importModel, deadlineMs: null },
  },
  notices: {},
} as const;
export type HostApi = typeof hostApi;
export type HostMethod = MethodName<HostApi>;
export type HostParams<M extends HostMethod> = Params<HostApi, M>;
export type HostResult<M extends HostMethod> = Result<HostApi, M>;

/**
 * The API of the host for the window (a browser over WebSocket, the desktop window over Electron's IPC) and for the
 * command line: its own methods, and those of the node that it passes on. Each message is one JSON text.
 */
import type { MethodName, Params, Result } from '../rpc/contract.ts';
import { passedOnMethods } from '../rpc/contract.ts';
import { appMethods } from './app.ts';
import { doctorMethods } from './doctor.ts';
import { dutyMethods } from './duty.ts';
import { modelMethods } from './models.ts';
import { nodeApi } from './node-api.ts';
import { settingsMethods } from './settings.ts';
import { topicMethods } from './topics.ts';
import { usageMethods } from './usage.ts';

/** Methods that the host passes on to its node. */
export const passedOnApi = { methods: passedOnMethods(nodeApi.methods), notices: {} } as const;
export type PassedOnApi = typeof passedOnApi;

export const hostApi = {
  methods: {
    ...passedOnApi.methods,
    ...appMethods,
    ...doctorMethods,
    ...dutyMethods,
    ...settingsMethods,
    ...topicMethods,
    ...usageMethods,
    /** The host also ends the fault of a file that had changed. */
    importModel: { ...modelMethods.importModel, deadlineMs: null },
  },
  notices: {},
} as const;
export type HostApi = typeof hostApi;
export type HostMethod = MethodName<HostApi>;
export type HostParams<M extends HostMethod> = Params<HostApi, M>;
export type HostResult<M extends HostMethod> = Result<HostApi, M>;

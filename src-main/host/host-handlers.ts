/** The methods of the host's API; some of them are passed on to the node. */
import { type HostApi, type PassedOnApi, passedOnApi } from '../../src-shared/api/host-api.ts';
import type { Examination } from '../../src-shared/api/doctor.ts';
import type { HostingSuggestion } from '../../src-shared/api/duty.ts';
import type { TopicValues } from '../../src-shared/api/topics.ts';
import type { UsageSummary } from '../../src-shared/api/usage.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { MethodName } from '../../src-shared/rpc/contract.ts';
import type { CallContext, Handlers } from '../../src-shared/rpc/server.ts';
import type { ChangedSettings, Settings } from '../../src-shared/settings/settings.ts';
import type { TopicHub } from '../../src-shared/topic-hub.ts';
import type { DutyService } from '../duty/duty-service.ts';
import type { NodeProcess } from '../node/node-process.ts';
import { hostErrors } from '../../src-shared/words/errors.ts';

export type HostHandlers = Handlers<HostApi>;

/** Functions among these are called at every request. */
export type HandlerOptions = {
  /** @throws AppError `not-running` before the owner has agreed */
  readonly node: () => NodeProcess;
  readonly duty: () => Pick<DutyService, 'pause' | 'resume' | 'tryAgain'>;
  readonly topics: () => Pick<TopicHub<TopicValues>, 'watch'>;
  readonly settings: () => Settings;
  readonly changeSettings: (changed: ChangedSettings) => Promise<Settings>;
  readonly hostingSuggestion: () => Promise<HostingSuggestion>;
  readonly giveConsent: () => void;
  readonly examine: (withBenchmark: boolean, signal: AbortSignal) => Promise<Examination>;
  readonly usage: () => UsageSummary;
  readonly apiKey: string;
  /** Returns a function that makes one-time addresses of the window; undefined while there is no window. */
  readonly windowAddress: () => (() => string) | undefined;
  readonly stop: () => void;
};

export function hostHandlers(options: HandlerOptions): HostHandlers {
  const { node, duty, topics, settings, changeSettings, usage, apiKey } = options;
  return {
    watch: ({ topics: names }, context) => topics().watch(names, context),
    apiKey: () => ({ key: apiKey }),
    ...passedOnHandlers(node),
    importModel: async (params) => {
      const model = await node().importModel(params);
      // A shard whose file had changed has a fault until the file is imported again.
      duty().tryAgain();
      return model;
    },
    settings,
    changeSettings,
    pause: ({ choice }) => duty().pause(choice),
    resume: () => duty().resume(),
    hostingSuggestion: () => options.hostingSuggestion(),
    giveConsent: () => {
      options.giveConsent();
      return null;
    },
    usage,
    examine: ({ withBenchmark }, { signal }) => options.examine(withBenchmark, signal),
    windowAddress: () => ({ url: newWindowAddress(options.windowAddress()) }),
    stop: () => {
      options.stop();
      return null;
    },
  };
}

function passedOnHandlers(node: () => NodeProcess): Handlers<PassedOnApi> {
  const handlers = (Object.keys(passedOnApi.methods) as MethodName<PassedOnApi>[]).map((method) => [
    method,
    async (params: never, { emit, signal }: CallContext<never>) =>
      node().passOn(method, params, { onEvent: emit, signal }),
  ]);
  return Object.fromEntries(handlers) as Handlers<PassedOnApi>;
}

function newWindowAddress(make: (() => string) | undefined): string {
  if (make === undefined) {
    throw new AppError('not-running', hostErrors.noWindow, {
      advice: 'serve-window',
    });
  }
  return make();
}

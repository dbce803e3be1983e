/** What clients see of a host beside its duty, its node and its settings. Pure. */
import type { HostSnapshot } from '../../src-shared/api/snapshot.ts';
import type { TopicValues } from '../../src-shared/api/topics.ts';
import { told } from '../../src-shared/warning.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import { meshWarnings } from '../node/mesh-warnings.ts';
import { portWarnings } from '../node/node-config.ts';
import type { NodeProcess } from '../node/node-process.ts';
import { hostErrors } from '../../src-shared/words/errors.ts';

type AppFacts = Pick<
  TopicValues['app'],
  | 'version'
  | 'consent'
  | 'warnings'
  | 'dataFolder'
  | 'hostingMemoryBytes'
  | 'withoutCard'
  | 'startedAt'
> & {
  readonly isStopping: boolean;
  readonly node: Pick<NodeProcess, 'state' | 'status' | 'warnings'>;
  readonly settings: Settings;
};

export function appView({ isStopping, node, settings, ...facts }: AppFacts): TopicValues['app'] {
  const { state, status } = node;
  const port = status?.gatewayPort ?? settings.apiPort;
  return {
    ...facts,
    state: isStopping ? 'stopping' : hostStates[state.name],
    fault: state.name === 'waiting' ? hostErrors.triedAgain(state.error.message) : null,
    warnings: [
      ...facts.warnings,
      ...node.warnings.map(told),
      ...portWarnings(settings, status),
      ...meshWarnings(status),
    ],
    api: { baseUrl: `http://127.0.0.1:${port}/v1` },
  };
}

/** A node that stops while its host goes on is about to start again. */
const hostStates = {
  starting: 'starting',
  running: 'running',
  waiting: 'faulted',
  stopping: 'starting',
  stopped: 'starting',
} as const satisfies Record<string, HostSnapshot['state']>;

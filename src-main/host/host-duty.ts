/** Makes the duty service of a host: its decisions go to the node, and its facts come from the sensors. */
import type { Compute } from '../../src-shared/compute.ts';
import type { Warning } from '../../src-shared/warning.ts';
import { dutyClock } from '../duty/duty-clock.ts';
import { DutyService } from '../duty/duty-service.ts';
import type { NodeProcess } from '../node/node-process.ts';
import { ownProcesses } from '../sensors/own-processes.ts';
import { type FactsWatch, watchFacts } from '../sensors/watch-facts.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import type { HostOptions } from './host-options.ts';
import type { HostServices } from './host-services.ts';

export type HostDutyOptions = {
  readonly node: NodeProcess;
  readonly compute: () => Compute | null;
  readonly settings: EffectiveSettings;
  readonly services: Pick<HostServices, 'pauses' | 'log'>;
  readonly host: Pick<HostOptions, 'alwaysWork' | 'nodeCommand' | 'presence' | 'sources'>;
  readonly warn: (warning: Warning) => void;
  readonly onChange: () => void;
};

export function hostDuty(options: HostDutyOptions): DutyService {
  const { node, compute, settings, services, host, warn, onChange } = options;
  const watch = (onFacts: () => void): FactsWatch =>
    watchFacts({
      own: () => ownProcesses(node.pid, node.status),
      exclusiveApps: () => settings.current.exclusiveApps,
      nodeExecutable: host.nodeCommand ?? process.execPath,
      onChange: onFacts,
      ...(host.presence === undefined ? {} : { presence: host.presence }),
      ...(host.sources === undefined ? {} : { sources: host.sources }),
    });
  return new DutyService({
    effects: {
      work: (pace) => node.setWork({ state: 'serving', answersOwner: true, reason: null, pace }),
      drain: (duty, answersOwner) =>
        node.setWork({ state: 'draining', answersOwner, reason: duty }),
      release: (duty, answersOwner) =>
        node.setWork({ state: 'paused', answersOwner, reason: duty }),
    },
    settings: () => settings.current,
    node: () => node.status,
    compute,
    watch: host.alwaysWork === true ? null : watch,
    pauses: services.pauses,
    clock: dutyClock,
    log: services.log,
    warn,
    onChange,
  });
}

/** Watches the machine: puts the readings of all sensors together to one record of facts, and reports its changes. */
import { isDeepStrictEqual } from 'node:util';
import type { Facts } from '../../src-shared/duty.ts';
import type { FactSources, SourceOptions } from './fact-sources.ts';
import { linuxSources } from './linux-sources.ts';
import { macSources } from './mac-sources.ts';
import { windowsSources } from './windows-sources.ts';

export type WatchFactsOptions = SourceOptions & {
  /** Gets each new record; readings that change together make one record. */
  readonly onChange: (facts: Facts) => void;
  /** For tests; absent: the sensors of this system. */
  readonly sources?: FactSources;
};

export type FactsWatch = {
  /** The newest facts; a reading that has become old is unknown in them. */
  readonly facts: Facts;
  start(): void;
  /** Reads everything again, as after the machine slept: earlier readings no longer count. */
  refresh(): void;
  /** To be called when engines may have been loaded, whose memory a game that starts may need: sensors look more often then. */
  retime(): void;
  /** Resolves when no timer and no process is left. */
  stop(): Promise<void>;
};

/** Prepares the watching; nothing runs before `start`. */
export function watchFacts(options: WatchFactsOptions): FactsWatch {
  const { running, facts } = options.sources ?? systemSources(options);
  let told: Facts | undefined;
  let pending: NodeJS.Immediate | undefined;
  let isOn = false;

  const tell = (): void => {
    pending = undefined;
    const now = Object.freeze(facts());
    if (!isDeepStrictEqual(now, told)) {
      told = now;
      options.onChange(now);
    }
  };
  // Sensors that were polled together change together.
  const onChange = (): void => {
    if (isOn) {
      pending ??= setImmediate(tell);
    }
  };
  return {
    get facts() {
      return Object.freeze(facts());
    },
    start: () => {
      if (!isOn) {
        isOn = true;
        for (const sensor of running) {
          sensor.start(onChange);
        }
      }
    },
    refresh: () => {
      for (const sensor of isOn ? running : []) {
        sensor.refresh();
      }
    },
    retime: () => {
      for (const sensor of isOn ? running : []) {
        sensor.retime?.();
      }
    },
    stop: async () => {
      isOn = false;
      clearImmediate(pending);
      pending = undefined;
      await Promise.all(running.map((sensor) => sensor.stop()));
    },
  };
}

function systemSources(options: SourceOptions): FactSources {
  const { platform } = process;
  if (platform === 'linux') {
    return linuxSources(options);
  }
  return platform === 'win32' ? windowsSources(options) : macSources(options, platform);
}

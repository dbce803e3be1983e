/** The feature that runs this machine's shards. */
import { localNow } from '../../../src-shared/local-time.ts';
import { idleWords } from '../../../src-shared/words/words.ts';
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { FeatureWith } from '../node-feature.ts';
import { ComputeProbe } from './compute-probe.ts';
import { DeviceMemoryWatch } from './device-memory-watch.ts';
import { EngineClient } from './engine-client.ts';
import type { EngineSettings } from './engine-settings.ts';
import { ShardHost, type ShardSource } from './shard-host.ts';
import { whyNotHere } from './why-not-here.ts';

export type ShardsFeatureOptions = {
  readonly config: NodeConfig;
  readonly library: ShardSource & { get(manifestId: string): object | undefined };
  readonly mesh: Pick<Mesh, 'publish'>;
  readonly onChange: () => void;
  /** As ShardHost's. */
  readonly onDrained: () => void;
  readonly log: Log;
};

export type OwnShards = {
  readonly host: ShardHost;
  /** Whether this machine's own shards do not serve now. */
  readonly isIdle: () => boolean;
  /** Why this machine does not serve the model itself, as a sentence; undefined where it is not meant to. */
  readonly whyNotHere: (manifestId: string) => string | undefined;
};

/** Drivers of cards that sleep take seconds. In milliseconds. */
const probeMs = 60_000;

export function shardsFeature(options: ShardsFeatureOptions): FeatureWith<OwnShards> {
  const { config, library, mesh, onChange, onDrained, log } = options;
  let reason = config.work.reason;
  let { backend } = config.engine;
  const probe = new ComputeProbe({
    find: (backend, signal) => EngineClient.devices(backend, { signal, loadMilliseconds: probeMs }),
    onChange,
    log,
  });
  /** A driver that ended the process that looked for devices would end every engine. */
  const backendFor = (wanted: EngineSettings['backend']): EngineSettings['backend'] =>
    probe.compute?.fault === undefined ? wanted : 'cpu';
  const host = new ShardHost({
    library,
    settings: config.engine,
    order: config.work,
    startEngine: ({ backend = 'auto', ...parameters }, events, signal) =>
      EngineClient.start({ ...parameters, backend: backendFor(backend) }, events, { signal }),
    onChange: () => {
      mesh.publish();
      onChange();
    },
    onDrained,
    log,
  });
  const memory = new DeviceMemoryWatch({ engines: () => host.enginesOnDevices(), onChange });
  return {
    name: 'shards',
    service: {
      host,
      isIdle: () => reason !== null,
      whyNotHere: (manifestId) =>
        whyNotHere({
          isHosted: host.hosts(manifestId),
          isHere: library.get(manifestId) !== undefined,
          idleReason: reason === null ? null : idleWords(reason, localNow()),
          isLoading: host
            .statuses()
            .some((shard) => shard.manifestId === manifestId && shard.state === 'starting'),
          fault: host.faultOf(manifestId),
        }),
    },
    handlers: {
      lookForDevices: () => {
        probe.look(backend);
        return null;
      },
    },
    start: () => {
      probe.look(backend);
      memory.start();
    },
    stop: async (atOnce) => {
      memory.stop();
      await Promise.all([host.stop(atOnce), probe.stop()]);
    },
    configure: ({ engine }) => {
      if (engine.backend !== backend) {
        ({ backend } = engine);
        probe.look(backend);
      }
      host.configure(engine);
    },
    setWork: (order) => {
      reason = order.reason;
      return host.setWork(order);
    },
    describe: () => ({ state: host.state, models: host.models(), shards: host.records() }),
    status: () => ({
      shards: host.statuses(),
      ...(probe.compute === undefined ? {} : { compute: probe.compute }),
      ...(memory.told === undefined ? {} : { deviceMemory: memory.told }),
    }),
  };
}

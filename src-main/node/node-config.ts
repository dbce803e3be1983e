/** Makes the configuration of a node from settings. Pure. */
import type { NodeConfigInput } from '../../src-shared/api/node-config.ts';
import type { UsedDevice } from '../../src-shared/compute.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import {
  type ChangedSettings,
  defaultSettings,
  type Settings,
} from '../../src-shared/settings/settings.ts';
import type { Warning } from '../../src-shared/warning.ts';

export type NodeFacts = {
  readonly dataFolder: string;
  readonly apiKey: string;
  readonly demoModel: string;
  /** The signed list of models that can be downloaded. */
  readonly catalog: string;
  /** Bytes that hosted layers may take, see hosting-memory.ts. */
  readonly hostingMemoryBytes: number;
  /** The graphics devices that engines may use; null while that is not known. */
  readonly devices: readonly UsedDevice[] | null;
  /** What all engines together can have of the computer's memory, in bytes. */
  readonly engineMemoryBytes: number;
  /** Threads of an engine where the owner did not set a number. */
  readonly defaultThreads: number;
  /** Whether the owner chose the port of the API. The default port may be taken by another user of this machine. */
  readonly isApiPortChosen: boolean;
};

export function nodeConfig(settings: Settings, facts: NodeFacts): NodeConfigInput {
  return {
    dataFolder: facts.dataFolder,
    bundledModels: [facts.demoModel],
    listen: settings.listen,
    staticPeers: settings.peers,
    bootstrap: settings.bootstrap,
    mdns: settings.mdns,
    upnp: settings.upnp,
    poolOnly: settings.poolOnly,
    shards: settings.shards,
    hosting: hosting(settings, facts),
    routing: routing(settings),
    catalogFile: facts.catalog,
    gateway: {
      port: settings.apiPort,
      orAnyPort: !facts.isApiPortChosen,
      apiKey: facts.apiKey,
      hosts: settings.apiHosts,
      origins: settings.apiOrigins,
    },
    engine: {
      threads: settings.threads ?? facts.defaultThreads,
      backend: settings.backend,
      devices: facts.devices === null ? null : [...facts.devices],
      memoryBytes: facts.engineMemoryBytes,
      contextLength: settings.contextLength,
      maxSessions: settings.maxSessions,
    },
  };
}

function hosting(
  settings: Settings,
  { hostingMemoryBytes }: NodeFacts,
): NodeConfigInput['hosting'] {
  const { diskLimitGigabytes, downloadLimitKilobytesPerSecond, uploadLimitKilobytesPerSecond } =
    settings;
  return {
    mode: settings.hosting,
    memoryBytes: hostingMemoryBytes,
    diskBytes: times(diskLimitGigabytes, 1e9),
    downloadBytesPerSecond: times(downloadLimitKilobytesPerSecond, 1000),
    uploadBytesPerSecond: times(uploadLimitKilobytesPerSecond, 1000),
    region: settings.region,
    price: settings.price,
  };
}

function routing(settings: Settings): NodeConfigInput['routing'] {
  return {
    rules: {
      poolOnly: settings.askPoolOnly,
      ownMachinesOnly: settings.askOwnMachinesOnly,
      regions: settings.askRegions,
      keepOuterLayersAtHome: settings.askOuterLayersHere,
      ...(settings.askPriceCeiling === null ? {} : { priceCeiling: settings.askPriceCeiling }),
      leastOperators: settings.askLeastOperators,
    },
    ownMachines: settings.ownMachines,
  };
}

function times(limit: number | null, unit: number): number | null {
  return limit === null ? null : limit * unit;
}

/** True for a port of this run, and for any port other than the default. */
export function isApiPortChosen(settings: Settings, overrides: ChangedSettings): boolean {
  return overrides.apiPort !== undefined || settings.apiPort !== defaultSettings.apiPort;
}

/** A warning when the API's port is not the one of the settings. */
export function portWarnings(settings: Settings, status: NodeStatus | null): Warning[] {
  const { apiPort: port } = settings;
  return status === null || port === 0 || status.gatewayPort === port
    ? []
    : [{ code: 'api-port-taken', port, instead: status.gatewayPort }];
}

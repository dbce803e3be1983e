/** From wishes to the configuration of a node. Pure. */
import type { NodeConfigInput } from '../src-shared/node-api.ts';
import type { Settings } from '../src-shared/settings.ts';

export type NodeFacts = {
  readonly dataFolder: string;
  readonly apiKey: string;
  readonly demoModel: string;
  readonly demoModelName: string;
  /** Threads of an engine whose owner did not say. */
  readonly defaultThreads: number;
};

export function nodeConfig(settings: Settings, facts: NodeFacts): NodeConfigInput {
  return {
    dataFolder: facts.dataFolder,
    bundledModels: [facts.demoModel],
    listen: settings.listen,
    staticPeers: settings.peers,
    mdns: settings.mdns,
    shards: settings.shards ?? [{ model: facts.demoModelName }],
    gateway: { port: settings.apiPort, apiKey: facts.apiKey },
    engine: {
      threads: settings.threads ?? facts.defaultThreads,
      backend: settings.backend,
      contextLength: settings.contextLength,
      maxSessions: settings.maxSessions,
    },
  };
}

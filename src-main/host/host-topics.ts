/** The topics that a host offers to its clients, each with the source of its values. */
import {
  type NodeTopic,
  nodeTopics,
  topics,
  type TopicValues,
} from '../../src-shared/api/topics.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { TopicHub, type TopicSource } from '../../src-shared/topic-hub.ts';
import type { NodeProcess } from '../node/node-process.ts';

export type HostTopicsOptions = {
  readonly node: Pick<NodeProcess, 'status' | 'imports' | 'watch'>;
  readonly app: () => TopicValues['app'];
  readonly duty: () => TopicValues['duty'];
  readonly facts: () => TopicValues['facts'];
  readonly settings: () => TopicValues['settings'];
  readonly usage: () => TopicValues['usage'];
};

/** Sensors have no event for a new value, so the facts are renewed this often, in milliseconds. */
const factsRenewedAfterMs = 2000;
/** The usage of the last days changes with the day, so it is renewed this often, in milliseconds. */
const usageRenewedAfterMs = 60_000;

export function hostTopics(options: HostTopicsOptions): TopicHub<TopicValues> {
  const { node, app, duty, facts, settings, usage } = options;
  const ofNode =
    <Value>(read: (status: NodeStatus) => Value) =>
    (): Value | null =>
      node.status === null ? null : read(node.status);
  const relayed: Partial<Record<NodeTopic, unknown>> = {};
  /** Passes on a topic of the node, while a client watches it. */
  const relay = <T extends NodeTopic>(topic: T): TopicSource<TopicValues[T]> => ({
    everyMs: topics[topic].everyMs,
    read: () => (relayed[topic] ?? null) as TopicValues[T],
    open: () => {
      const end = new AbortController();
      void node.watch(topic, end.signal, (value) => {
        relayed[topic] = value;
        hub.changed(topic);
      });
      return () => {
        end.abort();
        delete relayed[topic];
      };
    },
  });
  const [pools, catalog] = nodeTopics;
  const hub: TopicHub<TopicValues> = new TopicHub<TopicValues>({
    app: { everyMs: topics.app.everyMs, read: app },
    duty: { everyMs: topics.duty.everyMs, read: duty },
    node: {
      everyMs: topics.node.everyMs,
      read: ofNode(({ shards: _s, peers: _p, models: _m, downloads: _d, ...itself }) => itself),
    },
    shards: { everyMs: topics.shards.everyMs, read: ofNode((status) => status.shards) },
    peers: { everyMs: topics.peers.everyMs, read: ofNode((status) => status.peers) },
    models: { everyMs: topics.models.everyMs, read: ofNode((status) => status.models) },
    downloads: {
      everyMs: topics.downloads.everyMs,
      read: ofNode((status) => status.downloads ?? []),
    },
    imports: { everyMs: topics.imports.everyMs, read: () => [...node.imports] },
    facts: {
      everyMs: topics.facts.everyMs,
      read: facts,
      renewedAfterMs: factsRenewedAfterMs,
    },
    settings: { everyMs: topics.settings.everyMs, read: settings },
    usage: { everyMs: topics.usage.everyMs, read: usage, renewedAfterMs: usageRenewedAfterMs },
    pools: relay(pools),
    catalog: relay(catalog),
  });
  return hub;
}

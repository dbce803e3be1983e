/** A running node: starts the features in order, and combines their methods, records and statuses. It knows none by name. */
import { AppError } from '../../src-shared/errors.ts';
import type { NodeConfig } from '../../src-shared/api/node-config.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { Configuration } from './configuration.ts';
import type { NodeHandlers } from './host-link.ts';
import type { SelfDescription } from './mesh/records/record.ts';
import type { NodeFeature, NodeTopicReaders } from './node-feature.ts';
import { type NodeTopic, topics, type TopicValues } from '../../src-shared/api/topics.ts';
import { TopicHub, type TopicSource } from '../../src-shared/topic-hub.ts';

export type RunningNode = {
  /** Everything that the host may call while the node runs. */
  readonly handlers: Partial<NodeHandlers>;
  readonly status: () => NodeStatus;
  /** To be called when topics that the host watches may have changed. */
  readonly changed: () => void;
  /** Sends the host at once the watched topics that have changed. */
  readonly refresh: () => Promise<void>;
  /**
   * Informs the peers, and ends answers, engines and listeners. Resolves when no child process is left.
   *
   * @param atOnce whether engines end without finishing their batch
   */
  readonly stop: (atOnce?: boolean) => Promise<void>;
};

/**
 * Starts the features in their order. When one fails, those before it are stopped again.
 *
 * @throws the error of the feature that could not start
 */
export async function startFeatures(
  features: readonly NodeFeature[],
  config: NodeConfig,
): Promise<RunningNode> {
  const handlers = handlersOf(features);
  const started: NodeFeature[] = [];
  try {
    for (const feature of features) {
      await feature.start?.();
      started.push(feature);
    }
  } catch (error) {
    await stopFeatures(started, true).catch(() => {});
    throw error;
  }
  const configuration = new Configuration(features, config);
  const status = (): NodeStatus => statusOf(features);
  const topics = topicsOf(features);
  return {
    status,
    changed: () => topics.changed(),
    refresh: () => topics.refresh(),
    handlers: {
      ...handlers,
      status,
      watch: (watched, context) => topics.watch(watched.topics, context),
      configure: async (next) => {
        await configuration.change(next);
        return null;
      },
      setWork: async (order) => {
        await Promise.all(features.map(async (feature) => feature.setWork?.(order)));
        return null;
      },
    },
    stop: (atOnce = false) => {
      configuration.stop();
      return stopFeatures(features, atOnce);
    },
  };
}

/** This node's record from the parts of all features; paused by default. */
export function describeNode(features: readonly NodeFeature[]): SelfDescription {
  const nothing: SelfDescription = { state: 'paused', models: [], shards: [] };
  return features.reduce((sum, feature) => ({ ...sum, ...feature.describe?.() }), nothing);
}

function statusOf(features: readonly NodeFeature[]): NodeStatus {
  const nothing: NodeStatus = {
    peer: '',
    addresses: [],
    gatewayPort: 0,
    shards: [],
    peers: [],
    models: [],
    requests: { active: 0, queued: 0 },
    tokensPerSecond: 0,
  };
  return features.reduce((sum, feature) => joined(sum, feature.status?.() ?? {}), nothing);
}

/** Several features warn the owner; one feature alone reports each other part. */
function joined(sum: NodeStatus, next: Partial<NodeStatus>): NodeStatus {
  const warnings = [...(sum.warnings ?? []), ...(next.warnings ?? [])];
  return { ...sum, ...next, ...(warnings.length === 0 ? {} : { warnings }) };
}

/** Topics are read again after this time without a change, because certificates expire and other programs fill the disk. */
const topicsRenewedAfterMs = 5000;

function topicsOf(features: readonly NodeFeature[]): TopicHub<Pick<TopicValues, NodeTopic>> {
  const readers: NodeTopicReaders = Object.assign({}, ...features.map(({ topics }) => topics));
  const source = <T extends NodeTopic>(topic: T): TopicSource<TopicValues[T]> => ({
    everyMs: topics[topic].everyMs,
    renewedAfterMs: topicsRenewedAfterMs,
    read: () => readers[topic]?.() ?? null,
  });
  return new TopicHub({ pools: source('pools'), catalog: source('catalog') });
}

/** @throws AppError `internal` when two features implement the same method */
function handlersOf(features: readonly NodeFeature[]): Partial<NodeHandlers> {
  const owners = new Map<string, string>();
  for (const { name, handlers = {} } of features) {
    for (const method of Object.keys(handlers)) {
      const other = owners.get(method);
      if (other !== undefined) {
        throw new AppError('internal', `Both ${other} and ${name} implement "${method}".`);
      }
      owners.set(method, name);
    }
  }
  return Object.assign({}, ...features.map(({ handlers }) => handlers)) as Partial<NodeHandlers>;
}

/** Stops all features at the same time, since each has its own deadlines; the last one begins. */
async function stopFeatures(features: readonly NodeFeature[], atOnce: boolean): Promise<void> {
  const ends: Promise<void>[] = [];
  for (const { stop } of features.toReversed()) {
    const dependants = Promise.allSettled(ends);
    const end = (async () => stop?.(atOnce, dependants))();
    ends.push(end);
  }
  await Promise.allSettled(ends);
  await Promise.all(ends);
}

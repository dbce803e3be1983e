/** The interface of the node's features. Each implements what it needs of it; the node uses features only through it. */
import type { NodeConfig, WorkOrder } from '../../src-shared/api/node-config.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { NodeTopic, TopicValues } from '../../src-shared/api/topics.ts';
import type { NodeHandlers } from './host-link.ts';
import type { SelfDescription } from './mesh/records/record.ts';

/** Functions that read the topics of the node. */
export type NodeTopicReaders = {
  readonly [T in NodeTopic]?: () => TopicValues[T] | Promise<TopicValues[T]>;
};

export type NodeFeature = {
  /** Its name in errors about the node itself. */
  readonly name: string;
  /** The methods for the host that it implements. */
  readonly handlers?: Partial<NodeHandlers>;
  /** Starts it, after the features before it. Where it throws, it has released everything itself. */
  readonly start?: () => void | Promise<void>;
  /**
   * Stops it. All features begin to stop in one turn of the event loop, the last first, because the host does not wait long.
   *
   * @param atOnce whether engines end without finishing their batch
   * @param dependants resolves when the features after this one have stopped
   */
  readonly stop?: (atOnce: boolean, dependants: Promise<unknown>) => void | Promise<void>;
  /**
   * Applies another configuration, in which only live settings differ, without interrupting answers. Where it throws, it has
   * changed nothing. When a later feature throws, it gets the former configuration again.
   */
  readonly configure?: (config: NodeConfig, former: NodeConfig) => void | Promise<void>;
  /** Carries out its part of a work order; resolves when that is done. */
  readonly setWork?: (order: WorkOrder) => void | Promise<void>;
  /** Its part of this node's record. */
  readonly describe?: () => Partial<SelfDescription>;
  /** Readers of its topics, used only while the host watches them. */
  readonly topics?: NodeTopicReaders;
  /** Its part of the node's status. */
  readonly status?: () => Partial<NodeStatus>;
};

/** A feature with a service for other features. */
export type FeatureWith<Service> = NodeFeature & { readonly service: Service };

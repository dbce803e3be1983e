/** What each part of the node gives to the whole. A part has of it what it needs, and the node knows no other way to it. */
import type { NodeConfig, WorkOrder } from '../../src-shared/api/node-config.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { NodeTopic, TopicValues } from '../../src-shared/api/topics.ts';
import type { NodeHandlers } from './host-link.ts';
import type { SelfDescription } from './mesh/records/record.ts';

/** How the topics of the node are read. */
export type NodeTopicReaders = {
  readonly [T in NodeTopic]?: () => TopicValues[T] | Promise<TopicValues[T]>;
};

export type NodeFeature = {
  /** For messages of faults in the node itself. */
  readonly name: string;
  /** Its methods of those that the host may call. */
  readonly handlers?: Partial<NodeHandlers>;
  /** Begins to work, after the features before it. One that throws has given back what it took. */
  readonly start?: () => void | Promise<void>;
  /**
   * Ends everything. All features begin to stop in one turn, the last first, since the host does not wait long;
   * `dependants` resolves when the features after this one have stopped.
   *
   * @param atOnce whether engines are not given the time to end a batch
   */
  readonly stop?: (atOnce: boolean, dependants: Promise<unknown>) => void | Promise<void>;
  /**
   * Goes by another configuration from now on, without ending an answer; only live parts are other ones than before. One
   * that throws has changed nothing, and is given the former configuration again when a later feature throws.
   */
  readonly configure?: (config: NodeConfig, former: NodeConfig) => void | Promise<void>;
  /** Carries out an order about the work of this machine; resolves when that is done. */
  readonly setWork?: (order: WorkOrder) => void | Promise<void>;
  /** Its part of what peers are told of this node. */
  readonly describe?: () => Partial<SelfDescription>;
  /** What it tells of the topics that the host watches; read only while it does. */
  readonly topics?: NodeTopicReaders;
  /** Its part of the node's status. */
  readonly status?: () => Partial<NodeStatus>;
};

/** A feature that others need: what they get of it. */
export type FeatureWith<Service> = NodeFeature & { readonly service: Service };

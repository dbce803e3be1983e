/** Everything that a client sees of a host at one moment, put together from topics. */
import type { z } from 'zod';
import { lenientList } from '../lenient-list.ts';
import { told } from '../warning.ts';
import { dutyViewSchema } from './duty.ts';
import { nodeStatusSchema } from './node-status.ts';
import {
  appSchema,
  importSchema,
  type Topic,
  type TopicEvent,
  type TopicValues,
} from './topics.ts';

export const hostSnapshotSchema = appSchema.extend({
  duty: dutyViewSchema,
  /** null until the node has started. */
  node: nodeStatusSchema.nullable(),
  /** Imports of model files under way; absent from hosts that do not tell. */
  imports: lenientList(importSchema, 'imports').optional(),
});
export type HostSnapshot = z.infer<typeof hostSnapshotSchema>;

export const snapshotTopics = [
  'app',
  'duty',
  'node',
  'shards',
  'peers',
  'models',
  'downloads',
  'imports',
] as const satisfies readonly Topic[];
type SnapshotValues = Pick<TopicValues, (typeof snapshotTopics)[number]>;

/** Builds the newest snapshot from the events of its topics. */
export class SnapshotBuilder {
  #values: Partial<SnapshotValues> = {};
  readonly #leftOut = new Map<Topic, readonly string[]>();

  /**
   * The snapshot after this event; null until every topic has had one. `leftOut`: sentences about entries that could
   * not be read.
   */
  take({ topic, value }: TopicEvent, leftOut: readonly string[]): HostSnapshot | null {
    this.#values = { ...this.#values, [topic]: value };
    this.#leftOut.set(topic, leftOut);
    const values = this.#values;
    return isComplete(values) ? snapshotOf(values, [...this.#leftOut.values()].flat()) : null;
  }
}

function isComplete(values: Partial<SnapshotValues>): values is SnapshotValues {
  return snapshotTopics.every((topic) => values[topic] !== undefined);
}

/** The node's topics come one by one; the node is null until all of them are there. */
function snapshotOf(values: SnapshotValues, leftOut: readonly string[]): HostSnapshot {
  const { app, duty, node, shards, peers, models, downloads, imports } = values;
  const isTold = node !== null && shards !== null && peers !== null && models !== null;
  return {
    ...app,
    // Entries that could not be read show as warnings.
    warnings: [...app.warnings, ...leftOut.map(told)],
    duty,
    node: isTold ? { ...node, shards, peers, models, downloads: downloads ?? [] } : null,
    imports,
  };
}

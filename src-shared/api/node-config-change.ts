/**
 * Which parts of its configuration a node can change while it runs, without ending an answer. Host and node share
 * these rules: the host restarts the node for all other parts, and the node refuses them.
 */
import { isDeepStrictEqual } from 'node:util';
import type { NodeConfig, NodeConfigInput } from './node-config.ts';

/** A changed configuration. Orders about the node's work go by a message of their own. */
export type LiveConfig = Omit<NodeConfig, 'work'>;

/** Whether the change needs a restart of the node. */
export function needsNodeRestart(from: NodeConfigInput, to: NodeConfigInput): boolean {
  return !isDeepStrictEqual(fixedParts(from), fixedParts(to));
}

/**
 * Whether a node that could not start may start with the other configuration: its hosting and its routing never keep
 * a node from starting.
 */
export function mayMendStart(from: NodeConfigInput, to: NodeConfigInput): boolean {
  return !isDeepStrictEqual(partsOfStart(from), partsOfStart(to));
}

function partsOfStart(config: NodeConfigInput): unknown {
  return { ...config, shards: null, hosting: null, routing: null, engine: null };
}

/** The parts that only a restart changes. */
function fixedParts({ gateway, ...config }: NodeConfigInput): unknown {
  return {
    dataFolder: config.dataFolder,
    bundledModels: config.bundledModels ?? [],
    listen: config.listen,
    catalogFile: config.catalogFile,
    apiKey: gateway.apiKey,
    concurrency: gateway.concurrency,
    queue: gateway.queue,
    queueWaitMs: gateway.queueWaitMs,
  };
}

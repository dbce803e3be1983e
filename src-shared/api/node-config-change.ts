/**
 * Which parts of its configuration a node takes over while it runs, so that no answer ends for them. Host and node both go by
 * this: the host starts the node anew for the other parts, and the node refuses them.
 */
import { isDeepStrictEqual } from 'node:util';
import type { NodeConfig, NodeConfigInput } from './node-config.ts';

/** What the node is told when its configuration changes; orders about its work are told apart from that. */
export type LiveConfig = Omit<NodeConfig, 'work'>;

/** Whether the node has to be started anew to go by the other configuration. */
export function needsNodeRestart(from: NodeConfigInput, to: NodeConfigInput): boolean {
  return !isDeepStrictEqual(fixedParts(from), fixedParts(to));
}

/** Whether a node that could not start may do so with the other configuration: what it hosts and asks keeps none from starting. */
export function mayMendStart(from: NodeConfigInput, to: NodeConfigInput): boolean {
  return !isDeepStrictEqual(partsOfStart(from), partsOfStart(to));
}

function partsOfStart(config: NodeConfigInput): unknown {
  return { ...config, shards: null, hosting: null, routing: null, engine: null };
}

/** What a node has for life. */
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

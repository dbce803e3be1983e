/** What has to be done for a running node to have another configuration. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { NodeConfigInput } from '../../src-shared/api/node-config.ts';

export type NodeConfigChange = {
  /** Something that a node has for life: it is started anew. */
  readonly needsRestart: boolean;
  /** What changes while it runs; absent: nothing of the kind. */
  readonly routing?: NonNullable<NodeConfigInput['routing']>;
  readonly hosting?: NonNullable<NodeConfigInput['hosting']>;
  readonly shards?: NodeConfigInput['shards'];
};

export function nodeConfigChange(from: NodeConfigInput, to: NodeConfigInput): NodeConfigChange {
  const { shards = [], hosting = {}, routing = {}, ...rest } = to;
  const {
    shards: oldShards = [],
    hosting: oldHosting = {},
    routing: oldRouting = {},
    ...oldRest
  } = from;
  return {
    needsRestart: !isDeepStrictEqual(rest, oldRest),
    ...(isDeepStrictEqual(routing, oldRouting) ? {} : { routing }),
    ...(isDeepStrictEqual(hosting, oldHosting) ? {} : { hosting }),
    ...(isDeepStrictEqual(shards, oldShards) ? {} : { shards }),
  };
}

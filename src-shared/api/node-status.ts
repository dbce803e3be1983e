/** What a node tells of itself and of its mesh. */
import { z } from 'zod';
import { computeSchema } from '../compute.ts';
import { lenientList } from '../lenient-list.ts';
import { layerRangeSchema, manifestIdSchema } from '../model.ts';
import { modelEntrySchema } from './models.ts';

/** A shard that this node hosts or tries to host. */
const shardStatusSchema = layerRangeSchema.and(
  z.object({
    manifestId: manifestIdSchema,
    model: z.string(),
    /** `idle`: desired, and not loaded while the machine does not work. */
    state: z.enum(['idle', 'starting', 'serving', 'faulted']),
    /** Set when faulted: what happened and when it is tried again. */
    fault: z.string().nullable(),
    /** Set when faulted: the error, and how often in a row it failed without having worked for a while. */
    failure: z.object({ code: z.string(), message: z.string(), inARow: z.int() }).nullable(),
    backend: z.string().nullable(),
    pid: z.int().nullable(),
    memoryBytes: z.number(),
    /** What it is expected to take of them once it is loaded; absent where that cannot be told. */
    expectedMemoryBytes: z.number().optional(),
    /** Of both, what is on graphics devices. */
    deviceBytes: z.number(),
    expectedDeviceBytes: z.number().optional(),
    sessions: z.int(),
    maxSessions: z.int(),
    /** Over the last ten seconds with work; 0 before the first. */
    tokensPerSecond: z.number(),
  }),
);
export type ShardStatus = z.infer<typeof shardStatusSchema>;

const peerStatusSchema = z.object({
  peer: z.string(),
  addresses: z.array(z.string()),
  connected: z.boolean(),
  /** Round trip of the last ping; null before the first. */
  latencyMs: z.number().nullable(),
  /** The only way to it leads over a relay; absent: no. */
  relayed: z.boolean().optional(),
  /** How far this node trusts it, by its faults: from 1 (none known) down to nearly 0; absent: 1. */
  reputation: z.number().optional(),
  /** It did not answer when this node last needed it, and has told nothing since; absent: no. */
  silent: z.boolean().optional(),
  /** What it says of itself. */
  state: z.enum(['serving', 'draining', 'paused', 'leaving']).optional(),
  /** Where it claims to be, two letters; empty or absent: it does not say. */
  region: z.string().optional(),
  shards: lenientList(
    layerRangeSchema.and(
      z.object({ manifestId: manifestIdSchema, model: z.string(), freeSessions: z.int() }),
    ),
    'shards of a peer',
  ),
});
export type PeerStatus = z.infer<typeof peerStatusSchema>;

/** `public`: from everywhere; `relay`: from everywhere, over relays alone; `local`: from its own network; `none`: from this machine. */
const reachSchema = z.enum(['public', 'relay', 'local', 'none']);
export type Reach = z.infer<typeof reachSchema>;

/** Addresses from settings at which no peer could be reached; `reason` is the end of a sentence. */
const unreachablePeerSchema = z.object({
  addresses: z.array(z.string()),
  reason: z.string(),
});
export type UnreachablePeer = z.infer<typeof unreachablePeerSchema>;

/** Model bytes that are being fetched now. */
const downloadStatusSchema = z.object({
  model: z.string(),
  /** null for a file of the catalog, whose id is known when all of it is there. */
  manifestId: manifestIdSchema.nullable(),
  /** null for a whole file. */
  layers: layerRangeSchema.nullable(),
  doneBytes: z.number(),
  totalBytes: z.number(),
  /** How many peers and servers it comes from now. */
  sources: z.int(),
});
export type DownloadStatus = z.infer<typeof downloadStatusSchema>;

export const nodeStatusSchema = z.object({
  peer: z.string(),
  /** What this machine computes on; absent until an engine has looked, and where none may. */
  compute: computeSchema.optional(),
  addresses: z.array(z.string()),
  /** From where others get to this node, as far as that is known; absent from nodes that do not tell. */
  reach: reachSchema.optional(),
  /**
   * How far this machine's clock is ahead of those of its peers, in whole minutes as milliseconds, negative if behind;
   * absent while it may be right.
   */
  clockAheadMs: z.int().optional(),
  /** Peers from settings that cannot be reached; absent: none. */
  unreachable: z.array(unreachablePeerSchema).optional(),
  gatewayPort: z.int(),
  shards: lenientList(shardStatusSchema, 'hosted shards'),
  /** The connected ones first, and of a large mesh not all. */
  peers: lenientList(peerStatusSchema, 'peers'),
  /** How many are known in all; absent: those above. */
  peersKnown: z.int().optional(),
  models: lenientList(modelEntrySchema, 'models'),
  /** Absent: none. */
  downloads: lenientList(downloadStatusSchema, 'downloads').optional(),
  /** Requests of this node's own user. */
  requests: z.object({ active: z.int(), queued: z.int() }),
  /** Tokens that this node's requests received, over the last ten seconds. */
  tokensPerSecond: z.number(),
  /** What the owner should know: sentences, newest last, gone with the next start. Absent: none. */
  warnings: z.array(z.string()).optional(),
});
export type NodeStatus = z.infer<typeof nodeStatusSchema>;

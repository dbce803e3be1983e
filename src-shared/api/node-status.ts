/** The status of a node and of its view of the mesh. */
import { z } from 'zod';
import { computeSchema, deviceMemorySchema } from '../compute.ts';
import { lenientList } from '../lenient-list.ts';
import { layerRangeSchema, manifestIdSchema } from '../model.ts';
import { modelEntrySchema } from './models.ts';

/** A shard that this node hosts or tries to host. */
const shardStatusSchema = layerRangeSchema.and(
  z.object({
    manifestId: manifestIdSchema,
    model: z.string(),
    /** `idle`: desired, but not loaded while the machine does not work. */
    state: z.enum(['idle', 'starting', 'serving', 'faulted']),
    /** Set when faulted: what happened, and when the next try is. */
    fault: z.string().nullable(),
    /**
     * Set when faulted: the error, and how many failures there were in a row without a while of work between them.
     */
    failure: z.object({ code: z.string(), message: z.string(), inARow: z.int() }).nullable(),
    backend: z.string().nullable(),
    pid: z.int().nullable(),
    memoryBytes: z.number(),
    /** Video memory that it is expected to take once it is loaded; absent where that is not known. */
    expectedMemoryBytes: z.number().optional(),
    /** Of both, what is on graphics devices. */
    deviceBytes: z.number(),
    expectedDeviceBytes: z.number().optional(),
    /** Layers that go onto graphics devices, the last ones first; absent where that is not known. */
    layersOnDevices: z.int().optional(),
    sessions: z.int(),
    maxSessions: z.int(),
    /** Over the last ten seconds with work; 0 before the first. */
    tokensPerSecond: z.number(),
  }),
);
export type ShardStatus = z.infer<typeof shardStatusSchema>;

/**
 * How a connected peer is reached, the best first. `lan`: in a network of this machine, or on it; `direct`: over the
 * internet; `punched`: over a path that both sides opened through their routers; `relay`: through another node.
 */
const waySchema = z.enum(['lan', 'direct', 'punched', 'relay']);
export type Way = z.infer<typeof waySchema>;

const peerStatusSchema = z.object({
  peer: z.string(),
  addresses: z.array(z.string()),
  connected: z.boolean(),
  /** Round trip of the last ping; null before the first. */
  latencyMs: z.number().nullable(),
  /** Whether it can only be reached over a relay; absent: no. */
  relayed: z.boolean().optional(),
  /** Absent while it is not connected. */
  way: waySchema.optional(),
  /** Why no path could be punched; absent: that is not known. */
  unpunched: z.enum(['both-change-ports', 'no-udp-here']).optional(),
  /** This node's trust in it, from 1 (no known fault) down to nearly 0; absent: 1. */
  reputation: z.number().optional(),
  /** It did not reply when this node last needed it, and has sent nothing since; absent: no. */
  silent: z.boolean().optional(),
  /** The peer's own state, as it reports it. */
  state: z.enum(['serving', 'draining', 'paused', 'leaving']).optional(),
  /** The country that it claims, by two letters; empty or absent: none. */
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

/** What is known of how this network lets peers in. */
const entranceSchema = z.object({
  /** `unasked`: the settings forbid to ask the router; `silent`: it opened nothing; `opened`: it opened a port. */
  router: z.enum(['unasked', 'silent', 'opened']),
  /** The TCP port at which this node listens in its network; absent: at none. */
  port: z.int().optional(),
  /** Whether the port stays the same after the next start. */
  isPortFixed: z.boolean(),
});
export type Entrance = z.infer<typeof entranceSchema>;

/** Addresses from the settings at which no peer could be reached; `reason` is a clause. */
const unreachablePeerSchema = z.object({
  addresses: z.array(z.string()),
  reason: z.string(),
});
export type UnreachablePeer = z.infer<typeof unreachablePeerSchema>;

/** A download of model bytes under way. */
const downloadStatusSchema = z.object({
  model: z.string(),
  /** null for a file of the catalog, whose id is known only when the download is complete. */
  manifestId: manifestIdSchema.nullable(),
  /** null for a whole file. */
  layers: layerRangeSchema.nullable(),
  doneBytes: z.number(),
  totalBytes: z.number(),
  /** Number of peers and servers that send it now. */
  sources: z.int(),
});
export type DownloadStatus = z.infer<typeof downloadStatusSchema>;

export const nodeStatusSchema = z.object({
  peer: z.string(),
  /** What this machine computes on; absent until an engine has looked, and where none may. */
  compute: computeSchema.optional(),
  /** What the graphics devices have free, as a running engine was told lately; absent where none runs on one. */
  deviceMemory: deviceMemorySchema.optional(),
  addresses: z.array(z.string()),
  /** How others can reach this node, as far as it is known; absent from nodes that do not tell. */
  reach: reachSchema.optional(),
  /** Absent from nodes that do not tell. */
  entrance: entranceSchema.optional(),
  /**
   * How far this machine's clock is ahead of those of its peers, in milliseconds, rounded to minutes; negative if
   * behind. Absent while the clock may be right.
   */
  clockAheadMs: z.int().optional(),
  /** Addresses from the settings that cannot be reached; absent: none. */
  unreachable: z.array(unreachablePeerSchema).optional(),
  gatewayPort: z.int(),
  shards: lenientList(shardStatusSchema, 'hosted shards'),
  /** Connected peers first; of a large mesh only some. */
  peers: lenientList(peerStatusSchema, 'peers'),
  /** Number of all known peers; absent: as many as above. */
  peersKnown: z.int().optional(),
  models: lenientList(modelEntrySchema, 'models'),
  /** Absent: none. */
  downloads: lenientList(downloadStatusSchema, 'downloads').optional(),
  /** Requests of this node's own user. */
  requests: z.object({ active: z.int(), queued: z.int() }),
  /** Tokens that this node's requests received, over the last ten seconds. */
  tokensPerSecond: z.number(),
  /** Sentences for the owner, newest last, kept until the next start. Absent: none. */
  warnings: z.array(z.string()).optional(),
});
export type NodeStatus = z.infer<typeof nodeStatusSchema>;

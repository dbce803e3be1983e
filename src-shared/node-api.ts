/**
 * What the host and its node process say to each other, over Node's own IPC channel. The host asks, the
 * node answers each request once by id, and sends events of its own accord. Both ends parse what comes in.
 */
import { z } from 'zod';
import { chatEventSchema, chatRequestSchema, errorReportSchema, receiptSchema } from './chat.ts';
import { catalogEntrySchema, downloadRequestSchema } from './catalog.ts';
import { lenientList } from './lenient-list.ts';
import { layerRangeSchema, manifestIdSchema, modelSummarySchema } from './model.ts';
import { computeShareSchema } from './compute-share.ts';
import { poolIdSchema, poolMethods } from './pool.ts';
import { regionSchema, routeRulesSchema } from './route-rules.ts';
import { routeViewSchema } from './route-view.ts';

/**
 * Flags of the Node.js that runs the node process. A small young generation keeps an idle node at some 110 MB
 * instead of 130, and frames of a prefill are collected sooner. A heap that may grow by a fifth only before it is
 * swept keeps a busy node from taking a quarter more within minutes, with connections that are gone.
 */
export const nodeRuntimeFlags = ['--max-semi-space-size=4', '--heap-growing-percent=20'] as const;

/** A setting to host layers of a model: by name, alias or id; without a range, the whole model. It is stored by id. */
export const hostedShardSchema = z.object({
  model: z.string().min(1).max(200),
  layers: layerRangeSchema.optional(),
});
export type HostedShard = z.infer<typeof hostedShardSchema>;

/** As a person gives it: a key with a slip in it is refused, where it would else be left out and mean another thing. */
export const givenShardSchema = hostedShardSchema
  .extend({ layers: layerRangeSchema.strict().optional() })
  .strict();

/** What the node may host and give, beside the desired shards. All of it may change while the node runs. */
const hostingSchema = z.object({
  /** `automatic`: beside the desired shards, whatever the mesh needs most. */
  mode: z.enum(['chosen', 'automatic']).default('chosen'),
  /** For shards that are hosted automatically and the desired ones together: weights and caches. */
  memoryBytes: z.int().min(0).default(0),
  /** For downloaded models; null has no limit. */
  diskBytes: z.int().min(0).nullable().default(null),
  /** For model bytes, from and to all peers and servers together; null has no limit. */
  downloadBytesPerSecond: z.int().min(1).nullable().default(null),
  uploadBytesPerSecond: z.int().min(1).nullable().default(null),
  /** What peers are told. */
  region: regionSchema.default(''),
  price: z.number().min(0).max(1_000_000_000).default(0),
  /** How often it is looked whether something else should be hosted, in milliseconds, give or take a quarter. */
  lookEveryMs: z.int().min(100).max(600_000).default(10_000),
  /** How long what peers are told of this node's demand stays the same, in milliseconds, up to twice as long by chance. */
  demandEveryMs: z.int().min(100).max(86_400_000).default(600_000),
});
export type Hosting = z.infer<typeof hostingSchema>;

/** Whom this node's own questions may use. All of it may change while the node runs. */
const routingSchema = z.object({
  /** For every question; one may bring rules of its own beside these. */
  rules: routeRulesSchema.prefault({}),
  /** Peers that the owner of this node owns too; the id of a pool stands for its members that serve. */
  ownMachines: z.array(poolIdSchema).max(256).default([]),
});
export type Routing = z.infer<typeof routingSchema>;

/** What the node is to do about the desired shards; why it does not serve them is told with answers that fail of it. */
const workOrderSchema = z.object({
  /**
   * `draining`: peers are told at once, nothing new begins for others, what is in flight goes on. `paused`: nothing is
   * done for others, and no engine process is left but for the own user.
   */
  state: z.enum(['serving', 'draining', 'paused']),
  /** Whether this node's own user is answered here all the same; while it is paused, engines then come and go with the questions. */
  answersOwner: z.boolean(),
  /** A sentence for the owner; null while it serves. */
  because: z.string().max(500).nullable(),
  /** How much the engines may take of the machine; absent, all of it. */
  pace: computeShareSchema.optional(),
});
export type WorkOrder = z.infer<typeof workOrderSchema>;

/** A name without a port, as a Host header has it. */
export const apiHostSchema = z
  .string()
  .max(253)
  .regex(/^[a-zA-Z0-9.-]+$/);
/** Where a page in a browser comes from: "https://app.example", "app://obsidian.md". */
export const apiOriginSchema = z
  .string()
  .max(300)
  .regex(/^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/);

export const nodeConfigSchema = z.object({
  /** Identity, model library and shard cache live below it; it exists and is writable. */
  dataFolder: z.string().min(1),
  /** GGUF files that every node knows without import (the demo model). */
  bundledModels: z.array(z.string()).default([]),
  /** Multiaddrs to listen on. */
  listen: z.array(z.string()).default(['/ip4/0.0.0.0/tcp/0']),
  /** Multiaddrs, with peer id, that the node keeps a connection to. */
  staticPeers: z.array(z.string()).default([]),
  /** The same, of nodes that know many others; they are tried first. */
  bootstrap: z.array(z.string()).default([]),
  mdns: z.boolean().default(true),
  /** Ask the router by UPnP to let peers in. */
  upnp: z.boolean().default(false),
  /** Talk to members of the own pools alone. */
  poolOnly: z.boolean().default(false),
  /** null hosts the bundled models whole, however they and others are called. */
  shards: z.array(hostedShardSchema).max(64).nullable().default([]),
  hosting: hostingSchema.prefault({}),
  routing: routingSchema.prefault({}),
  /** The app's signed list of models that can be downloaded; absent: none. */
  catalogFile: z.string().optional(),
  work: workOrderSchema.default({ state: 'serving', answersOwner: true, because: null }),
  gateway: z.object({
    /** 0 takes any free port. */
    port: z.int().min(0).max(65_535),
    /** Where the port is taken, as by the node of another user of this machine, any free one does. */
    orAnyPort: z.boolean().default(false),
    apiKey: z.string().min(20),
    /** Names beside those of the loopback addresses that requests may come for. */
    hosts: z.array(apiHostSchema).max(32).default([]),
    /** Pages that browsers let use the API, if they know the key. */
    origins: z.array(apiOriginSchema).max(32).default([]),
    /** Requests answered at once, and requests that may wait beyond those. */
    concurrency: z.int().min(1).max(256).default(8),
    queue: z.int().min(0).max(1024).default(32),
    /** Longest wait in the queue before 429, in milliseconds. */
    queueWaitMs: z.int().min(0).max(600_000).default(30_000),
  }),
  engine: z.object({
    threads: z.int().min(1).max(512),
    backend: z.enum(['auto', 'cpu']).default('auto'),
    /** Cache cells per shard, in tokens, shared by its sessions; a model's own limit caps it. */
    contextLength: z.int().min(256).max(16_777_216).default(8192),
    maxSessions: z.int().min(1).max(256).default(8),
  }),
});
export type NodeConfig = z.infer<typeof nodeConfigSchema>;
export type NodeConfigInput = z.input<typeof nodeConfigSchema>;

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
  standing: z.number().optional(),
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

export const modelEntrySchema = modelSummarySchema.extend({
  alias: z.string().nullable(),
  /** Further names of the owner's; absent: none. */
  otherAliases: z.array(z.string()).optional(),
  /** Ids of models whose file has this content now: settings that name one mean this one; absent: none. */
  replaces: z.array(manifestIdSchema).optional(),
  /** Path of the GGUF on this machine; null when only peers have it. */
  path: z.string().nullable(),
  /** In this machine's library, as a file or as layers that were fetched of it; absent: no. */
  isKept: z.boolean().optional(),
  /** Every layer is hosted by this node or a known peer now. */
  available: z.boolean(),
});
export type ModelEntry = z.infer<typeof modelEntrySchema>;

/** A model just imported, and what its owner should know beside. */
export const importedModelSchema = modelEntrySchema.extend({
  /** The same content was in the library before, perhaps under another name or path. */
  wasKnown: z.boolean(),
  /** This machine is to serve layers of it. */
  isHosted: z.boolean(),
  /** The model that the file had before; it is no longer in the library. null: none. */
  replaced: z.object({ name: z.string(), wasHosted: z.boolean() }).nullable(),
  /** Sentences about what to expect of it; absent: nothing. */
  warnings: z.array(z.string()).optional(),
});
export type ImportedModel = z.infer<typeof importedModelSchema>;

/** `public`: from everywhere; `relay`: from everywhere, over relays alone; `local`: from its own network; `none`: from this machine. */
const reachSchema = z.enum(['public', 'relay', 'local', 'none']);
export type Reach = z.infer<typeof reachSchema>;

/** Addresses from settings at which nobody could be reached; `reason` is the end of a sentence. */
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

/** One finished piece of work, for the usage table: an answer received, or layers computed for somebody. */
const usageSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('asked'),
    at: z.number(),
    promptTokens: z.int(),
    receipt: receiptSchema,
  }),
  z.object({
    kind: z.literal('served'),
    at: z.number(),
    requester: z.string(),
    manifestId: manifestIdSchema,
    model: z.string(),
    layers: layerRangeSchema,
    tokens: z.int(),
    computeMs: z.number(),
  }),
]);
export type Usage = z.infer<typeof usageSchema>;

const routeQuerySchema = z.object({
  /** Name, alias or id. */
  model: z.string().min(1).max(200),
  rules: routeRulesSchema.optional(),
});

/** Requests of the host: method → parameters and result. */
export const nodeMethods = {
  start: { params: nodeConfigSchema, result: nodeStatusSchema },
  status: { params: z.object({}), result: nodeStatusSchema },
  /**
   * Makes the node go by another configuration, as a whole or not at all; answers that are under way go on. Parts that a node
   * has for life (live-config.ts) are the former ones. The status tells how far the loading of shards got.
   */
  configure: { params: nodeConfigSchema.omit({ work: true }), result: z.null() },
  /** Answers when the order is carried out; with `paused`, when the engine processes are gone. */
  setWork: { params: workOrderSchema, result: z.null() },
  importModel: {
    params: z.object({ path: z.string().min(1), alias: z.string().min(1).max(100).optional() }),
    result: importedModelSchema,
  },
  removeModel: { params: z.object({ model: z.string().min(1) }), result: modelEntrySchema },
  /** What models take on the disk beside files of the owner's own, and what is free there. */
  modelStorage: {
    params: z.object({}),
    result: z.object({ usedBytes: z.number(), freeBytes: z.number() }),
  },
  /** Models that can be downloaded, by the app's own list. */
  catalog: { params: z.object({}), result: lenientList(catalogEntrySchema, 'models to download') },
  /** Answers when all of it is there; the status tells how far it got. */
  downloadModel: { params: downloadRequestSchema, result: modelEntrySchema },
  /** Ends a download that was asked for. */
  cancelDownload: { params: z.object({ model: z.string().min(1).max(200) }), result: z.null() },
  /** The route that a question would take now. */
  route: { params: routeQuerySchema, result: routeViewSchema },
  /** Answers when the chat is over; its events come as `chat` events with the same number. */
  chat: { params: z.object({ chat: z.int(), request: chatRequestSchema }), result: z.null() },
  /** Answered at once by a node that does not hang. */
  ping: { params: z.object({}), result: z.null() },
  cancelChat: { params: z.object({ chat: z.int() }), result: z.null() },
  ...poolMethods,
  /** Leaves the mesh, ends the engines, answers, then exits with code 0. */
  stop: { params: z.object({}), result: z.null() },
} as const;
export type NodeMethod = keyof typeof nodeMethods;
export type NodeParams<M extends NodeMethod> = z.input<(typeof nodeMethods)[M]['params']>;
export type NodeResult<M extends NodeMethod> = z.output<(typeof nodeMethods)[M]['result']>;

export const nodeRequestSchema = z.object({ id: z.int(), method: z.string(), params: z.unknown() });

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/** Everything the node sends. `status` is merged to at most one a second, and only when it changed. */
export const nodeMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: z.int(), result: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.int(), error: errorReportSchema }),
  z.object({ type: z.literal('status'), status: nodeStatusSchema }),
  z.object({ type: z.literal('chat'), chat: z.int(), event: chatEventSchema }),
  z.object({
    type: z.literal('importProgress'),
    path: z.string(),
    doneBytes: z.number(),
    totalBytes: z.number(),
  }),
  z.object({ type: z.literal('usage'), usage: usageSchema }),
  z.object({
    type: z.literal('log'),
    level: z.enum(logLevels),
    /** The part of the node that speaks: mesh, engine, gateway, session, models. */
    source: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
]);
export type NodeMessage = z.infer<typeof nodeMessageSchema>;

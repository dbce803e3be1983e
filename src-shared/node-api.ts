/**
 * What the host and its node process say to each other, over Node's own IPC channel. The host asks, the
 * node answers each request once by id, and sends events of its own accord. Both ends parse what comes in.
 */
import { z } from 'zod';
import { chatEventSchema, chatRequestSchema, errorReportSchema, receiptSchema } from './chat.ts';
import { layerRangeSchema, manifestIdSchema, modelSummarySchema } from './model.ts';
import { paceSchema } from './pace.ts';
import { poolMethods } from './pool.ts';

/**
 * Flags of the Node.js that runs the node process. A small young generation keeps an idle node at some 110 MB
 * instead of 130, and frames of a prefill are collected sooner.
 */
export const nodeRuntimeFlags = ['--max-semi-space-size=4'] as const;

/** A wish to host layers of a model: by name, alias or id; without a range, the whole model. */
export const hostedShardSchema = z.object({
  model: z.string().min(1).max(200),
  layers: layerRangeSchema.optional(),
});
export type HostedShard = z.infer<typeof hostedShardSchema>;

/** What the node is to do about the wished shards; why it does not serve them is told with answers that fail of it. */
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
  pace: paceSchema.optional(),
});
export type WorkOrder = z.infer<typeof workOrderSchema>;

export const nodeConfigSchema = z.object({
  /** Identity, model library and shard cache live below it; it exists and is writable. */
  dataFolder: z.string().min(1),
  /** GGUF files that every node knows without import (the demo model). */
  bundledModels: z.array(z.string()).default([]),
  /** Multiaddrs to listen on. */
  listen: z.array(z.string()).default(['/ip4/0.0.0.0/tcp/0']),
  /** Multiaddrs, with peer id, that the node keeps a connection to. */
  staticPeers: z.array(z.string()).default([]),
  mdns: z.boolean().default(true),
  /** Talk to members of the own pools alone. */
  poolOnly: z.boolean().default(false),
  shards: z.array(hostedShardSchema).default([]),
  work: workOrderSchema.default({ state: 'serving', answersOwner: true, because: null }),
  gateway: z.object({
    /** 0 takes any free port. */
    port: z.int().min(0).max(65_535),
    /** Where the port is taken, as by the node of another user of this machine, any free one does. */
    orAnyPort: z.boolean().default(false),
    apiKey: z.string().min(20),
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
    /** `resting`: wished for, and not loaded while the machine does not work. */
    state: z.enum(['resting', 'starting', 'serving', 'faulted']),
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
  shards: z.array(
    layerRangeSchema.and(
      z.object({ manifestId: manifestIdSchema, model: z.string(), freeSessions: z.int() }),
    ),
  ),
});
export type PeerStatus = z.infer<typeof peerStatusSchema>;

export const modelEntrySchema = modelSummarySchema.extend({
  alias: z.string().nullable(),
  /** Path of the GGUF on this machine; null when only peers have it. */
  path: z.string().nullable(),
  /** Every layer is hosted by this node or a known peer now. */
  available: z.boolean(),
});
export type ModelEntry = z.infer<typeof modelEntrySchema>;

export const nodeStatusSchema = z.object({
  peer: z.string(),
  addresses: z.array(z.string()),
  gatewayPort: z.int(),
  shards: z.array(shardStatusSchema),
  peers: z.array(peerStatusSchema),
  models: z.array(modelEntrySchema),
  /** Requests of this node's own user. */
  requests: z.object({ active: z.int(), queued: z.int() }),
  /** Tokens that this node's requests received, over the last ten seconds. */
  tokensPerSecond: z.number(),
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

/** Requests of the host: method → parameters and result. */
export const nodeMethods = {
  start: { params: nodeConfigSchema, result: nodeStatusSchema },
  status: { params: z.object({}), result: nodeStatusSchema },
  /** Replaces the set of hosted shards; answers at once, the status tells how far it got. */
  setShards: { params: z.object({ shards: z.array(hostedShardSchema).max(64) }), result: z.null() },
  /** Answers when the order is carried out; with `paused`, when the engine processes are gone. */
  setWork: { params: workOrderSchema, result: z.null() },
  importModel: {
    params: z.object({ path: z.string().min(1), alias: z.string().min(1).max(100).optional() }),
    result: modelEntrySchema,
  },
  removeModel: { params: z.object({ model: z.string().min(1) }), result: modelEntrySchema },
  /** Answers when the chat is over; its events come as `chat` events with the same number. */
  chat: { params: z.object({ chat: z.int(), request: chatRequestSchema }), result: z.null() },
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

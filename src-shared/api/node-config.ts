/** What the host tells its node to be and to do. */
import { z } from 'zod';
import { mostDevices, usedDeviceSchema } from '../compute.ts';
import { computeShareSchema } from '../compute-share.ts';
import { dutySchema } from '../duty.ts';
import { layerRangeSchema } from '../model.ts';
import { poolIdSchema } from '../pool.ts';
import { regionSchema, routeRulesSchema } from '../route-rules.ts';

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

/** The peers that this node's own questions may use. All of it may change while the node runs. */
const routingSchema = z.object({
  /** For every question; one may bring rules of its own beside these. */
  rules: routeRulesSchema.prefault({}),
  /** Peers that the owner of this node owns too; the id of a pool stands for its members that serve. */
  ownMachines: z.array(poolIdSchema).max(256).default([]),
});
export type Routing = z.infer<typeof routingSchema>;

/** What the node is to do about the desired shards; why it does not serve them is told with answers that fail of it. */
export const workOrderSchema = z.object({
  /**
   * `draining`: peers are told at once, nothing new begins for others, what is in flight goes on. `paused`: nothing is
   * done for others, and no engine process is left but for the own user.
   */
  state: z.enum(['serving', 'draining', 'paused']),
  /** Whether this node's own user is answered here all the same; while it is paused, engines then come and go with the questions. */
  answersOwner: z.boolean(),
  /** What the machine does instead of serving, and why; null while it serves. */
  reason: dutySchema.nullable(),
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
  work: workOrderSchema.default({ state: 'serving', answersOwner: true, reason: null }),
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
    /** The graphics devices that engines may use, in the order of their use; null: all. With none, the processor computes. */
    devices: z.array(usedDeviceSchema).max(mostDevices).nullable().default(null),
    /** Cache cells per shard, in tokens, shared by its sessions; a model's own limit caps it. */
    contextLength: z.int().min(256).max(16_777_216).default(8192),
    maxSessions: z.int().min(1).max(256).default(8),
  }),
});
export type NodeConfig = z.infer<typeof nodeConfigSchema>;
export type NodeConfigInput = z.input<typeof nodeConfigSchema>;

/** The configuration and the orders that the host gives its node. */
import { z } from 'zod';
import { mostDevices, usedDeviceSchema } from '../compute.ts';
import { computeShareSchema } from '../compute-share.ts';
import { dutySchema } from '../duty.ts';
import { layerRangeSchema } from '../model.ts';
import { poolIdSchema } from '../pool.ts';
import { regionSchema, routeRulesSchema } from '../route-rules.ts';

/**
 * Flags of the Node.js that runs the node process. A small young generation keeps an idle node at some 110 MB instead
 * of 130, and collects frames of a prefill sooner. A heap that is collected after growing by a fifth keeps a busy
 * node from taking a quarter more within minutes, with connections that are gone.
 */
export const nodeRuntimeFlags = ['--max-semi-space-size=4', '--heap-growing-percent=20'] as const;

/** A setting to host layers of a model: by name, alias or id; without a range, the whole model. It is stored by id. */
export const hostedShardSchema = z.object({
  model: z.string().min(1).max(200),
  layers: layerRangeSchema.optional(),
});
export type HostedShard = z.infer<typeof hostedShardSchema>;

/** The same from a person: a mistyped key is refused, where it would otherwise be left out and change the meaning. */
export const givenShardSchema = hostedShardSchema
  .extend({ layers: layerRangeSchema.strict().optional() })
  .strict();

/** What the node may host and upload beside the desired shards. All of it can change while the node runs. */
const hostingSchema = z.object({
  /** `automatic`: the node also hosts what the mesh needs most. */
  mode: z.enum(['chosen', 'automatic']).default('chosen'),
  /** Memory for weights and caches of all shards, desired and automatic ones. */
  memoryBytes: z.int().min(0).default(0),
  /** Disk space for downloaded models; null: no limit. */
  diskBytes: z.int().min(0).nullable().default(null),
  /** Rate of model bytes, from and to all peers and servers together; null: no limit. */
  downloadBytesPerSecond: z.int().min(1).nullable().default(null),
  uploadBytesPerSecond: z.int().min(1).nullable().default(null),
  /** The region and the price that peers get. */
  region: regionSchema.default(''),
  price: z.number().min(0).max(1_000_000_000).default(0),
  /** How often the node checks whether it should host something else, in milliseconds, give or take a quarter. */
  lookEveryMs: z.int().min(100).max(600_000).default(10_000),
  /**
   * How long the demand that this node reports to peers stays the same, in milliseconds; chance adds up to as much
   * again.
   */
  demandEveryMs: z.int().min(100).max(86_400_000).default(600_000),
});
export type Hosting = z.infer<typeof hostingSchema>;

/** The peers that this node's own questions may use. All of it can change while the node runs. */
const routingSchema = z.object({
  /** Rules for every question; a question may have further rules of its own. */
  rules: routeRulesSchema.prefault({}),
  /** Other peers of this node's owner. The id of a pool means all of its members that serve. */
  ownMachines: z.array(poolIdSchema).max(256).default([]),
});
export type Routing = z.infer<typeof routingSchema>;

/**
 * What the node is to do with the desired shards. The reason for not serving goes to callers whose questions fail
 * because of it.
 */
export const workOrderSchema = z.object({
  /**
   * `draining`: peers are told at once, nothing new begins for others, and answers under way go on. `paused`: nothing
   * is done for others, and no engine process is left, except for this machine's user.
   */
  state: z.enum(['serving', 'draining', 'paused']),
  /**
   * Whether this machine's user gets answers all the same; while the node is paused, engines then start and stop with
   * the questions.
   */
  answersOwner: z.boolean(),
  /** The machine's duty while it does not serve; null while it serves. */
  reason: dutySchema.nullable(),
  /** How much of the machine the engines may take; absent: all of it. */
  pace: computeShareSchema.optional(),
});
export type WorkOrder = z.infer<typeof workOrderSchema>;

/** A host name without a port. */
export const apiHostSchema = z
  .string()
  .max(253)
  .regex(/^[a-zA-Z0-9.-]+$/);
/** The origin of a page in a browser: "https://app.example", "app://obsidian.md". */
export const apiOriginSchema = z
  .string()
  .max(300)
  .regex(/^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/);

export const nodeConfigSchema = z.object({
  /** The folder of the identity, the model library and the shard cache; it exists and is writable. */
  dataFolder: z.string().min(1),
  /** GGUF files of models that need no import (the demo model). */
  bundledModels: z.array(z.string()).default([]),
  /** Multiaddrs to listen on. */
  listen: z.array(z.string()).default(['/ip4/0.0.0.0/tcp/0']),
  /** Multiaddrs, with peer id, of peers that the node stays connected to. */
  staticPeers: z.array(z.string()).default([]),
  /** Multiaddrs, with peer id, of nodes that know many others; they are tried first. */
  bootstrap: z.array(z.string()).default([]),
  mdns: z.boolean().default(true),
  /** Ask the router by UPnP to let peers in. */
  upnp: z.boolean().default(false),
  /** Connect only to members of this machine's pools. */
  poolOnly: z.boolean().default(false),
  /** null: the bundled models as a whole, whatever names they and other models have. */
  shards: z.array(hostedShardSchema).max(64).nullable().default([]),
  hosting: hostingSchema.prefault({}),
  routing: routingSchema.prefault({}),
  /** The app's signed list of models that can be downloaded; absent: none. */
  catalogFile: z.string().optional(),
  work: workOrderSchema.default({ state: 'serving', answersOwner: true, reason: null }),
  gateway: z.object({
    /** 0 takes any free port. */
    port: z.int().min(0).max(65_535),
    /** Whether any free port will do where the port is taken, as by the node of another user of this machine. */
    orAnyPort: z.boolean().default(false),
    apiKey: z.string().min(20),
    /** Host names that requests may have, beside those of the loopback addresses. */
    hosts: z.array(apiHostSchema).max(32).default([]),
    /** Origins of pages that browsers let use the API, if they know the key. */
    origins: z.array(apiOriginSchema).max(32).default([]),
    /** Requests that are answered at once, and requests that may wait beyond those. */
    concurrency: z.int().min(1).max(256).default(8),
    queue: z.int().min(0).max(1024).default(32),
    /** Longest wait in the queue before 429, in milliseconds. */
    queueWaitMs: z.int().min(0).max(600_000).default(30_000),
  }),
  engine: z.object({
    threads: z.int().min(1).max(512),
    backend: z.enum(['auto', 'cpu']).default('auto'),
    /**
     * The graphics devices that engines may use: the first one is filled before the second one takes a layer. null: all. With
     * none, the processor computes.
     */
    devices: z.array(usedDeviceSchema).max(mostDevices).nullable().default(null),
    /** What all engines together can have of the computer's memory, in bytes; null: not known. */
    memoryBytes: z.int().min(0).nullable().default(null),
    /** Cache cells of each shard, in tokens, shared by its sessions; at most the limit of the model. */
    contextLength: z.int().min(256).max(16_777_216).default(8192),
    maxSessions: z.int().min(1).max(256).default(8),
  }),
});
export type NodeConfig = z.infer<typeof nodeConfigSchema>;
export type NodeConfigInput = z.input<typeof nodeConfigSchema>;

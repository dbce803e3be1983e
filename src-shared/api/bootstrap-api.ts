/** The messages between `mindmesh bootstrap` and its node process, over Node's own IPC channel. */
import { z } from 'zod';
import type { Result } from '../rpc/contract.ts';
import { logLevels } from './node-control.ts';

/** The most UDP ports that a DHT takes, from its own on. */
const lastDhtPort = 65_535 - 8;

/** The IPv4 address at which others reach the nodes of a DHT, and the first of their UDP ports. */
export const dhtAddressSchema = z.object({
  host: z.ipv4(),
  port: z.int().min(1).max(lastDhtPort),
});
export type DhtAddress = z.infer<typeof dhtAddressSchema>;

const bootstrapConfigSchema = z.object({
  /** The folder of identity and pools; it exists and is writable. */
  dataFolder: z.string().min(1),
  /** Multiaddrs to listen on. */
  listen: z.array(z.string()).min(1),
  /** Multiaddrs, with peer id, of other bootstrap nodes. */
  peers: z.array(z.string()).default([]),
  /** Serve only members of this machine's pools. */
  poolOnly: z.boolean().default(false),
  maxConnections: z.int().min(16).max(65_535).default(2048),
  /** Where to run a DHT too; absent: none. */
  dht: dhtAddressSchema.optional(),
  /** Limits of relaying; bytes count both directions together. */
  relay: z
    .object({
      reservations: z.int().min(0).max(65_535).default(512),
      connections: z.int().min(0).max(65_535).default(512),
      connectionsPerPeer: z.int().min(1).max(64).default(16),
      bytesPerSecond: z.int().min(1000).default(25_000_000),
      bytesPerSecondPerConnection: z.int().min(1000).default(5_000_000),
    })
    .prefault({}),
});
export type BootstrapConfigInput = z.input<typeof bootstrapConfigSchema>;

export type BootstrapConfig = z.output<typeof bootstrapConfigSchema>;

export const bootstrapApi = {
  methods: {
    /** Responds when the node is in the mesh; the supervisor has a deadline of its own for that. */
    start: {
      params: bootstrapConfigSchema,
      result: z.object({
        peer: z.string(),
        addresses: z.array(z.string()),
        dht: z.string().optional(),
      }),
      deadlineMs: null,
      invalidCode: 'setting-invalid',
    },
  },
  notices: { log: z.object({ level: z.enum(logLevels), message: z.string() }) },
} as const;
export type BootstrapApi = typeof bootstrapApi;
export type BootstrapStarted = Result<BootstrapApi, 'start'>;

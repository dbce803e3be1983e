/** What `mindmesh bootstrap` and its node process say to each other, over Node's own IPC channel, which ends the node with it. */
import { z } from 'zod';
import type { Result } from '../rpc/contract.ts';
import { logLevels } from './node-control.ts';

const bootstrapConfigSchema = z.object({
  /** Identity and pools live in it; it exists and is writable. */
  dataFolder: z.string().min(1),
  /** Multiaddrs to listen on. */
  listen: z.array(z.string()).min(1),
  /** Multiaddrs, with peer id, of other bootstrap nodes. */
  peers: z.array(z.string()).default([]),
  /** Serve members of the own pools alone. */
  poolOnly: z.boolean().default(false),
  maxConnections: z.int().min(16).max(65_535).default(2048),
  /** What may be relayed; bytes are those of both ways together. */
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
    /** Answers when the node is in the mesh; the supervisor has a deadline of its own for that. */
    start: {
      params: bootstrapConfigSchema,
      result: z.object({ peer: z.string(), addresses: z.array(z.string()) }),
      deadlineMs: null,
      invalidCode: 'setting-invalid',
    },
  },
  notices: { log: z.object({ level: z.enum(logLevels), message: z.string() }) },
} as const;
export type BootstrapApi = typeof bootstrapApi;
export type BootstrapStarted = Result<BootstrapApi, 'start'>;

/** The messages between `mindmesh bootstrap` and its node process, over Node's own IPC channel. */
import { z } from 'zod';
import { errorReportSchema } from '../error-report.ts';
import { logLevels } from './node-control.ts';

export const bootstrapConfigSchema = z.object({
  /** The folder of identity and pools; it exists and is writable. */
  dataFolder: z.string().min(1),
  /** Multiaddrs to listen on. */
  listen: z.array(z.string()).min(1),
  /** Multiaddrs, with peer id, of other bootstrap nodes. */
  peers: z.array(z.string()).default([]),
  /** Serve only members of this machine's pools. */
  poolOnly: z.boolean().default(false),
  maxConnections: z.int().min(16).max(65_535).default(2048),
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

export const bootstrapMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), peer: z.string(), addresses: z.array(z.string()) }),
  z.object({ type: z.literal('failed'), error: errorReportSchema }),
  z.object({ type: z.literal('log'), level: z.enum(logLevels), message: z.string() }),
]);
export type BootstrapMessage = z.infer<typeof bootstrapMessageSchema>;

/** Methods by which the host runs its node; no other program has them. */
import { z } from 'zod';
import { nodeConfigSchema, workOrderSchema } from './node-config.ts';
import { nodeStatusSchema } from './node-status.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

export const controlMethods = {
  /** The supervisor has deadlines of its own for starting and stopping. */
  start: { params: nodeConfigSchema, result: nodeStatusSchema, deadlineMs: null },
  status: { params: z.object({}), result: nodeStatusSchema, deadlineMs: 15_000 },
  /**
   * Changes the configuration of the node, as a whole or not at all; answers under way go on. The parts that only a
   * restart changes (node-config-change.ts) must be the former ones. The status shows how far the loading of shards
   * is.
   */
  configure: {
    params: nodeConfigSchema.omit({ work: true }),
    result: z.null(),
    deadlineMs: 15_000,
  },
  /** The result comes when the order is carried out; with `paused`, when the engine processes are gone. */
  setWork: { params: workOrderSchema, result: z.null(), deadlineMs: 15_000 },
  /** Looks again for what this machine computes on, after a card came or went; the status tells what was found. */
  lookForDevices: { params: z.object({}), result: z.null(), deadlineMs: 15_000 },
  /** A node that does not hang responds at once; the heartbeat notices when it does not. */
  ping: { params: z.object({}), result: z.null(), deadlineMs: null },
  /** Leaves the mesh, ends the engines and answers; the process then exits with code 0. */
  stop: { params: z.object({}), result: z.null(), deadlineMs: null },
} as const;

export const controlNotices = {
  /** At most once a second, and only after a change. */
  status: nodeStatusSchema,
  log: z.object({
    level: z.enum(logLevels),
    /** The part of the node that logs: mesh, engine, gateway, session, models. */
    source: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
} as const;

/** How the host runs its node; no other program asks for these. */
import { z } from 'zod';
import { nodeConfigSchema, workOrderSchema } from './node-config.ts';
import { nodeStatusSchema } from './node-status.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

export const controlMethods = {
  /** The supervisor has deadlines of its own for starting and stopping. */
  start: { params: nodeConfigSchema, result: nodeStatusSchema, deadlineMs: null },
  status: { params: z.object({}), result: nodeStatusSchema, deadlineMs: 15_000 },
  /**
   * Makes the node go by another configuration, as a whole or not at all; answers that are under way go on. Parts that a node
   * has for life (node-config-change.ts) are the former ones. The status tells how far the loading of shards got.
   */
  configure: {
    params: nodeConfigSchema.omit({ work: true }),
    result: z.null(),
    deadlineMs: 15_000,
  },
  /** Answers when the order is carried out; with `paused`, when the engine processes are gone. */
  setWork: { params: workOrderSchema, result: z.null(), deadlineMs: 15_000 },
  /** Looks again for what this machine computes on, after a card came or went; the status tells what was found. */
  lookForDevices: { params: z.object({}), result: z.null(), deadlineMs: 15_000 },
  /** Answered at once by a node that does not hang; its silence is what the heartbeat detects. */
  ping: { params: z.object({}), result: z.null(), deadlineMs: null },
  /** Leaves the mesh, ends the engines, answers, then exits with code 0. */
  stop: { params: z.object({}), result: z.null(), deadlineMs: null },
} as const;

export const controlNotices = {
  /** Merged to at most one a second, and only when it changed. */
  status: nodeStatusSchema,
  log: z.object({
    level: z.enum(logLevels),
    /** The part of the node that speaks: mesh, engine, gateway, session, models. */
    source: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
} as const;

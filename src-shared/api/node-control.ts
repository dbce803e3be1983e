/** How the host runs its node; nobody else asks for these. */
import { z } from 'zod';
import {
  hostedShardSchema,
  hostingSchema,
  nodeConfigSchema,
  routingSchema,
  workOrderSchema,
} from './node-config.ts';
import { nodeStatusSchema } from './node-status.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

export const controlMethods = {
  /** The supervisor has deadlines of its own for starting and stopping. */
  start: { params: nodeConfigSchema, result: nodeStatusSchema, deadlineMs: null },
  status: { params: z.object({}), result: nodeStatusSchema, deadlineMs: 15_000 },
  /** Replaces the set of hosted shards, null as at the start; answers at once, the status tells how far it got. */
  setShards: {
    params: z.object({ shards: z.array(hostedShardSchema).max(64).nullable() }),
    result: z.null(),
    deadlineMs: 15_000,
  },
  /** Answers when the order is carried out; with `paused`, when the engine processes are gone. */
  setWork: { params: workOrderSchema, result: z.null(), deadlineMs: 15_000 },
  /** Replaces limits and ways of hosting, at once. */
  setHosting: { params: hostingSchema, result: z.null(), deadlineMs: 15_000 },
  /** Replaces whom questions may use; those that are being answered go on as they began. */
  setRouting: { params: routingSchema, result: z.null(), deadlineMs: 15_000 },
  /** Answered at once by a node that does not hang; its silence is what the heartbeat looks for. */
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

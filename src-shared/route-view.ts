/** A planned route as people see it, with the reasons for which each stage was chosen. */
import { z } from 'zod';
import { layerRangeSchema } from './model.ts';

const routeViewStageSchema = layerRangeSchema.and(
  z.object({
    peer: z.string(),
    isOwn: z.boolean(),
    /** Round trip of the last ping; null before the first, and for this machine. */
    latencyMs: z.number().nullable(),
    /** Measured decode speed of the stage alone; 0 before its first token. */
    tokensPerSecond: z.number(),
    freeSessions: z.int(),
    maxSessions: z.int(),
    /** Price per unit of work; 0: free. */
    price: z.number(),
    relayed: z.boolean(),
  }),
);

export const routeViewSchema = z.object({
  model: z.string(),
  stages: z.array(routeViewStageSchema).max(1024),
  /** Number of replacements for each stage. */
  spares: z.array(z.int()).max(1024),
});
export type RouteView = z.infer<typeof routeViewSchema>;

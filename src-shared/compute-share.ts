/**
 * How much of a machine its engines may take: the host orders it, the node passes it on, and each engine keeps to it.
 */
import { z } from 'zod';

export const computeShareSchema = z.object({
  /** Share of the time in which the engine computes; it is idle for the rest. */
  workShare: z.number().min(0.05).max(1),
  /** Share of the engine's threads that compute, but at least one thread. */
  cpuShare: z.number().min(0).max(1),
});
export type ComputeShare = z.infer<typeof computeShareSchema>;

/** All of what the engine was started with, all the time. */
export const fullComputeShare: ComputeShare = { workShare: 1, cpuShare: 1 };

/** How much of a machine its engines may take: ordered by the host, handed on by the node, obeyed by each engine. */
import { z } from 'zod';

export const computeShareSchema = z.object({
  /** Share of the time to compute in; the engine is idle for the remainder. */
  workShare: z.number().min(0.05).max(1),
  /** Share of the engine's threads to compute with; one thread is always left. */
  cpuShare: z.number().min(0).max(1),
});
export type ComputeShare = z.infer<typeof computeShareSchema>;

/** All that the engine was started with, all the time. */
export const fullComputeShare: ComputeShare = { workShare: 1, cpuShare: 1 };

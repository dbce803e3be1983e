/** Usage of the mesh: the node reports each finished answer, and the host counts them. */
import { z } from 'zod';
import { receiptSchema } from '../chat.ts';
import { layerRangeSchema, manifestIdSchema } from '../model.ts';

/** One finished piece of usage: an answer that was received, or layers that were computed for others. */
const usageSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('asked'),
    at: z.number(),
    promptTokens: z.int(),
    receipt: receiptSchema,
  }),
  z.object({
    kind: z.literal('served'),
    at: z.number(),
    requester: z.string(),
    manifestId: manifestIdSchema,
    model: z.string(),
    layers: layerRangeSchema,
    tokens: z.int(),
    computeMs: z.number(),
  }),
]);
export type Usage = z.infer<typeof usageSchema>;

export const usageSummarySchema = z.object({
  answers: z.int(),
  tokensReceived: z.int(),
  tokensServed: z.int(),
  /** Days in the local time zone, newest last, at most 30. */
  days: z.array(z.object({ day: z.string(), received: z.int(), served: z.int() })),
});
export type UsageSummary = z.infer<typeof usageSummarySchema>;

export const usageMethods = {
  usage: { params: z.object({}), result: usageSummarySchema, deadlineMs: null },
} as const;

export const usageNotices = { usage: usageSchema } as const;

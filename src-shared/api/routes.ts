/** The route that a question would take through the mesh. */
import { z } from 'zod';
import { routeRulesSchema } from '../route-rules.ts';
import { routeViewSchema } from '../route-view.ts';

const routeQuerySchema = z.object({
  /** Name, alias or id. */
  model: z.string().min(1).max(200),
  rules: routeRulesSchema.optional(),
});

export const routeMethods = {
  /** The route that a question would take now. */
  route: { params: routeQuerySchema, result: routeViewSchema, deadlineMs: 15_000, passedOn: true },
} as const;

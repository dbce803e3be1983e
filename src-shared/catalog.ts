/** Models that can be downloaded, as a person gets to see them, and what may be asked for. */
import { z } from 'zod';
import { layerRangeSchema, manifestIdSchema } from './model.ts';

export const catalogEntrySchema = z.object({
  /** Names the entry in commands: "qwen3-8b". */
  id: z.string(),
  name: z.string(),
  /** As its makers count them: "8B". */
  parameters: z.string(),
  quantisation: z.string(),
  licence: z.object({ name: z.string(), url: z.string() }),
  /** The model's page on the web. */
  page: z.string(),
  sizeBytes: z.int(),
  /** Its file was downloaded. */
  isHere: z.boolean(),
  /** The id of the model in that file; absent while it is not here. */
  manifestId: manifestIdSchema.optional(),
  /** The pool that offers it; such entries have no page, and maybe no parameters. Absent: the app's own list. */
  pool: z.object({ id: z.string(), name: z.string() }).optional(),
});
export type CatalogEntry = z.infer<typeof catalogEntrySchema>;

export const downloadRequestSchema = z.object({
  /** Id or name in the catalog; or name or id of a model that peers have. */
  model: z.string().min(1).max(200),
  /** Of a model that peers have; absent: the whole model. */
  layers: layerRangeSchema.optional(),
});
export type DownloadRequest = z.infer<typeof downloadRequestSchema>;

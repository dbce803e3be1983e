/** Models that can be downloaded, as they are shown, and requests for them. */
import { z } from 'zod';
import { layerRangeSchema, manifestIdSchema } from './model.ts';

export const catalogEntrySchema = z.object({
  /** The name of the entry in commands: "qwen3-8b". */
  id: z.string(),
  name: z.string(),
  /** The number of parameters as the makers write it: "8B". */
  parameters: z.string(),
  quantisation: z.string(),
  licence: z.object({ name: z.string(), url: z.string() }),
  /** The model's page on the web. */
  page: z.string(),
  sizeBytes: z.int(),
  /** Whether its file has been downloaded. */
  isHere: z.boolean(),
  /** The id of the model in that file; absent until it is downloaded. */
  manifestId: manifestIdSchema.optional(),
  /** The pool that offers it; such an entry has no page, and maybe no parameters. Absent: the app's own list. */
  pool: z.object({ id: z.string(), name: z.string() }).optional(),
});
export type CatalogEntry = z.infer<typeof catalogEntrySchema>;

export const downloadRequestSchema = z.object({
  /** Id or name in the catalog, or name or id of a model that peers have. */
  model: z.string().min(1).max(200),
  /** Layers of a model that peers have; absent: the whole model. */
  layers: layerRangeSchema.optional(),
});
export type DownloadRequest = z.infer<typeof downloadRequestSchema>;

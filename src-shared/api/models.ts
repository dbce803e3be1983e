/** Models of this machine, models that can be downloaded, and what can be done with them. */
import { z } from 'zod';
import { catalogEntrySchema, downloadRequestSchema } from '../catalog.ts';
import { lenientList } from '../lenient-list.ts';
import { manifestIdSchema, modelSummarySchema } from '../model.ts';

export const modelEntrySchema = modelSummarySchema.extend({
  alias: z.string().nullable(),
  /** Further names that the owner gave it; absent: none. */
  otherAliases: z.array(z.string()).optional(),
  /**
   * Ids of models whose file now has this content. A setting with one of these ids means this model. Absent: none.
   */
  replaces: z.array(manifestIdSchema).optional(),
  /** Path of the GGUF on this machine; null when only peers have it. */
  path: z.string().nullable(),
  /** In this machine's library, as a file or as layers that were fetched of it; absent: no. */
  isStored: z.boolean().optional(),
  /** Every layer is hosted by this node or a known peer now. */
  available: z.boolean(),
});
export type ModelEntry = z.infer<typeof modelEntrySchema>;

/** A model that was just imported, with what its owner should know. */
const importedModelSchema = modelEntrySchema.extend({
  /** The same content was in the library before, perhaps under another name or path. */
  wasKnown: z.boolean(),
  /** Whether this machine is to serve layers of it. */
  isHosted: z.boolean(),
  /** The model that the file had before; it is no longer in the library. null: none. */
  replaced: z.object({ name: z.string(), wasHosted: z.boolean() }).nullable(),
  /** Sentences about what to expect of it; absent: nothing. */
  warnings: z.array(z.string()).optional(),
});
export type ImportedModel = z.infer<typeof importedModelSchema>;

export const modelMethods = {
  /** The host tells its own clients more of it; see `host-api.ts`. */
  importModel: {
    params: z.object({
      path: z.string().min(1).max(4096),
      alias: z.string().min(1).max(100).optional(),
    }),
    result: importedModelSchema,
    // The whole file is read, which takes long for a large one.
    deadlineMs: null,
  },
  removeModel: {
    params: z.object({ model: z.string().min(1).max(200) }),
    result: modelEntrySchema,
    deadlineMs: 30_000,
    passedOn: true,
  },
  /** Disk space that models take beside the owner's own files, and free space. */
  modelStorage: {
    params: z.object({}),
    result: z.object({ usedBytes: z.number(), freeBytes: z.number() }),
    deadlineMs: 15_000,
    passedOn: true,
  },
  /** Models that can be downloaded, from the app's own list. */
  catalog: {
    params: z.object({}),
    result: lenientList(catalogEntrySchema, 'models to download'),
    deadlineMs: 15_000,
    passedOn: true,
  },
  /** The result comes when everything is downloaded; the status shows the progress. */
  downloadModel: {
    params: downloadRequestSchema,
    result: modelEntrySchema,
    deadlineMs: null,
    passedOn: true,
  },
  /** Ends a download. */
  cancelDownload: {
    params: z.object({ model: z.string().min(1).max(200) }),
    result: z.null(),
    deadlineMs: 15_000,
    passedOn: true,
  },
} as const;

export const modelNotices = {
  importProgress: z.object({ path: z.string(), doneBytes: z.number(), totalBytes: z.number() }),
} as const;

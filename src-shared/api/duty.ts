/** What this machine does for the mesh now, and how its owner changes that. */
import { z } from 'zod';
import { dutySchema, pauseChoiceSchema } from '../duty.ts';

/** What this machine does for the mesh, and the one sentence that says it with its reason. */
export const dutyViewSchema = dutySchema.and(
  z.object({
    sentence: z.string(),
    /**
     * Whether this machine computes for its own owner: while it serves, and while it serves nobody else for a reason
     * that leaves room for the owner's own questions. Models are then loaded when the owner asks.
     */
    answersOwner: z.boolean(),
    /** The owner's pause; null when it is over, or without one. */
    pause: pauseChoiceSchema.nullable(),
  }),
);
export type DutyView = z.infer<typeof dutyViewSchema>;

const hostingSuggestionSchema = z.object({
  hosting: z.enum(['chosen', 'automatic']),
  diskLimitGigabytes: z.int().min(1),
  /** On the disk with the data folder; null: not known. */
  freeBytes: z.number().nullable(),
});
export type HostingSuggestion = Readonly<z.infer<typeof hostingSuggestionSchema>>;

export const dutyMethods = {
  /** Releases the machine as the owner chose; it works again by itself, or when told to resume. */
  pause: {
    params: z.object({ choice: pauseChoiceSchema }),
    result: dutyViewSchema,
    deadlineMs: null,
  },
  /** Ends a pause, and the waiting after a fault. Other reasons to pause remain. */
  resume: { params: z.object({}), result: dutyViewSchema, deadlineMs: null },
  /** What the first screen suggests for hosting; the node, which knows the disk later, does not run yet. */
  hostingSuggestion: { params: z.object({}), result: hostingSuggestionSchema, deadlineMs: null },
  /** The owner agrees to what the first screen said, and the mesh node starts. */
  giveConsent: { params: z.object({}), result: z.null(), deadlineMs: null },
} as const;

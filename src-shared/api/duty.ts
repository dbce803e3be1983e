/** What this machine does for the mesh now, and what its owner may say about it. */
import { z } from 'zod';
import { dutySchema, pauseChoiceSchema } from '../duty.ts';

/** What this machine does for the mesh, and the one sentence that says it with its reason. */
export const dutyViewSchema = dutySchema.and(
  z.object({
    sentence: z.string(),
    /**
     * Whether this machine computes for its own owner: while it serves, and while no one else is served for a reason
     * that leaves room for the owner's own questions. Models are then loaded when the owner asks.
     */
    answersOwner: z.boolean(),
    /** What the owner asked for and is not over; null without it. */
    pause: pauseChoiceSchema.nullable(),
  }),
);
export type DutyView = z.infer<typeof dutyViewSchema>;

export const dutyMethods = {
  /** Gives the machine back as the owner asks; it works again by itself, or when told to resume. */
  pause: {
    params: z.object({ choice: pauseChoiceSchema }),
    result: dutyViewSchema,
    deadlineMs: null,
  },
  /** Ends a pause, and the wait after a fault. Other reasons to pause go on. */
  resume: { params: z.object({}), result: dutyViewSchema, deadlineMs: null },
  /** The owner agrees to what the first screen said; the mesh node starts. */
  giveConsent: { params: z.object({}), result: z.null(), deadlineMs: null },
} as const;

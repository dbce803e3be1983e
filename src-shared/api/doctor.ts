/** What this machine has, what MindMesh does with it, and what its owner can do where something is amiss. */
import { z } from 'zod';
import { findingSchema } from '../doctor/finding.ts';
import { lenientList } from '../lenient-list.ts';

const examinationSchema = z.object({
  findings: lenientList(findingSchema, 'findings').readonly(),
  /** The same as a text for a bug report, without anything personal. */
  report: z.string(),
});
export type Examination = z.infer<typeof examinationSchema>;

export const doctorMethods = {
  /** With a benchmark, the answer takes up to half a minute. */
  examine: {
    params: z.object({ withBenchmark: z.boolean() }),
    result: examinationSchema,
    deadlineMs: null,
  },
} as const;

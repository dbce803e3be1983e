/** The form in which an error crosses a boundary between processes or machines. */
import { z } from 'zod';
import { advices, errorAudiences, type ErrorCode, longestReport } from './errors.ts';

const errorCodes = Object.keys(errorAudiences) as [ErrorCode, ...ErrorCode[]];

/** An AppError as it crosses a boundary. A code from a newer version reads as `internal`. */
export const errorReportSchema = z.object({
  code: z.enum(errorCodes).catch('internal'),
  message: z.string().max(longestReport),
  /** An advice that this version does not know is left out. */
  advice: z.enum(advices).optional().catch(undefined),
});

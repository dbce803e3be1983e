/** Why a file or folder cannot be used, as a person says it. Pure. */
import { fileProblemWords } from '../words/errors.ts';

/** A clause without a full stop. The own words of an error that is not the system's. */
export function fileProblem(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return 'code' in error && typeof error.code === 'string'
    ? fileProblemWords(error.code)
    : error.message;
}

/** Why a file or folder cannot be used, for a person. Pure. */
import { fileProblemWords } from '../words/errors.ts';

/** A clause without a full stop. An error that has no code of the system keeps its own message. */
export function fileProblem(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return 'code' in error && typeof error.code === 'string'
    ? fileProblemWords(error.code)
    : error.message;
}

/** The error for parameters that their schema refused, in one sentence of bounded length. */
import type { z } from 'zod';
import { AppError, type ErrorCode } from '../errors.ts';
import { problemWords } from './problem-words.ts';

const maxCharacters = 500;

export function invalidRequest(
  method: string,
  error: z.ZodError,
  code: ErrorCode = 'request-invalid',
): AppError {
  const problem = problemWords(error).slice(0, maxCharacters);
  return new AppError(code, `"${method}" was asked for in a way that makes no sense: ${problem}.`, {
    cause: error,
  });
}

/**
 * The error for parameters that their schema refused, in one sentence of bounded length. The sentence is for a person, so
 * the cause alone names the method.
 */
import type { z } from 'zod';
import { AppError, type ErrorCode } from '../errors.ts';
import { problemWords } from '../words/problems.ts';
import { linkWords } from '../words/errors.ts';

const maxCharacters = 500;

export function invalidRequest(
  method: string,
  error: z.ZodError,
  code: ErrorCode = 'request-invalid',
): AppError {
  const problem = problemWords(error).slice(0, maxCharacters);
  return new AppError(code, linkWords.invalidRequest(problem), {
    cause: new Error(`the parameters of "${method}" are not valid`, { cause: error }),
  });
}

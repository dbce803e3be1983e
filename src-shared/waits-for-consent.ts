/** The error of requests to a host whose owner has not agreed yet. */
import { AppError } from './errors.ts';
import { hostErrors } from './words/errors.ts';

export function waitsForConsent(): AppError {
  return new AppError('not-running', hostErrors.waitsForConsent);
}

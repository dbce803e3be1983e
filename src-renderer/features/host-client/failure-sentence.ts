/** Why a request to the host failed, as a sentence for people. */
import { toAppError } from '../../../src-shared/errors.ts';
import { text } from '../../../src-shared/words/window.ts';
import { ConnectionLostError } from './host-client.ts';

export function failureSentence(error: unknown): string {
  if (error instanceof ConnectionLostError) {
    return `${text.connection.lostTitle} ${text.connection.lost}`;
  }
  const { message, advice } = toAppError(error);
  const words = advice === undefined ? null : text.advice[advice].window;
  return words === null ? message : `${message} ${words}`;
}

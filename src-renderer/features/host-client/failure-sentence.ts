/** Why a question to the host failed, as a sentence for a person. */
import { toAppError } from '../../../src-shared/errors.ts';
import { text } from '../../locales/text.ts';
import { ConnectionLostError } from './host-client.ts';

export function failureSentence(error: unknown): string {
  return error instanceof ConnectionLostError
    ? `${text.connection.lostTitle} ${text.connection.lost}`
    : toAppError(error).message;
}

/**
 * What is known of a newer version of the app. Pure.
 *
 *     off ⇄ none → checking → downloading → ready
 *             ↖──────┴─ failed ←──┘
 *
 * `ready` stays until the app starts anew: what was downloaded can be installed, whatever a later look brings.
 */
import type { UpdateState } from '../../src-shared/desktop-api.ts';
import { missingCase } from '../../src-shared/errors.ts';
import { updateFailedWords } from '../../src-shared/words/words.ts';

export type UpdateEvent =
  | { readonly type: 'wanted'; readonly isWanted: boolean }
  | { readonly type: 'checking' | 'none' }
  | { readonly type: 'found'; readonly version: string }
  | { readonly type: 'downloaded'; readonly version: string }
  | { readonly type: 'failed'; readonly reason: string };

export function nextUpdateState(state: UpdateState, event: UpdateEvent): UpdateState {
  if (event.type === 'downloaded') {
    return { state: 'ready', version: event.version };
  }
  if (state.state === 'ready') {
    return state;
  }
  if (event.type === 'wanted') {
    const isOn = state.state !== 'off';
    return isOn === event.isWanted ? state : { state: event.isWanted ? 'none' : 'off' };
  }
  if (state.state === 'off') {
    return state;
  }
  switch (event.type) {
    case 'checking':
      return { state: 'checking' };
    case 'none':
      return { state: 'none' };
    case 'found':
      return { state: 'downloading', version: event.version };
    case 'failed':
      return { state: 'failed', message: failureSentence(event.reason) };
    default:
      return missingCase(event);
  }
}

/** Messages of libraries are long, and may hold whole responses of a server. */
const longestReason = 200;

function failureSentence(reason: string): string {
  const [line = ''] = reason.trim().split('\n');
  return updateFailedWords(line.slice(0, longestReason));
}

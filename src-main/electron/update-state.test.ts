import { expect, it } from 'vitest';
import type { UpdateState } from '../../src-shared/desktop-api.ts';
import { nextUpdateState, type UpdateEvent } from './update-state.ts';

const on: UpdateEvent = { type: 'wanted', isWanted: true };
const off: UpdateEvent = { type: 'wanted', isWanted: false };
const found: UpdateEvent = { type: 'found', version: '1.2.3' };
const downloaded: UpdateEvent = { type: 'downloaded', version: '1.2.3' };
const failed: UpdateEvent = { type: 'failed', reason: 'net::ERR_FAILED\n<html>' };

function after(...events: readonly UpdateEvent[]): UpdateState {
  return events.reduce(nextUpdateState, { state: 'off' } as UpdateState);
}

it.each<[string, readonly UpdateEvent[], UpdateState]>([
  ['is off until it is wanted', [{ type: 'checking' }, found, failed], { state: 'off' }],
  ['has nothing at first', [on], { state: 'none' }],
  ['looks', [on, { type: 'checking' }], { state: 'checking' }],
  ['finds nothing', [on, { type: 'checking' }, { type: 'none' }], { state: 'none' }],
  ['downloads', [on, found], { state: 'downloading', version: '1.2.3' }],
  [
    'goes on downloading when wanted again',
    [on, found, on],
    { state: 'downloading', version: '1.2.3' },
  ],
  ['is ready', [on, found, downloaded], { state: 'ready', version: '1.2.3' }],
  ['is off when no longer wanted', [on, found, off], { state: 'off' }],
  [
    'keeps what is ready',
    [on, downloaded, { type: 'checking' }, failed, off],
    { state: 'ready', version: '1.2.3' },
  ],
  [
    'takes what is newer still',
    [on, downloaded, { type: 'downloaded', version: '2.0.0' }],
    { state: 'ready', version: '2.0.0' },
  ],
  ['looks again after a failure', [on, failed, { type: 'checking' }], { state: 'checking' }],
])('%s', (_what, events, expected) => {
  expect(after(...events)).toEqual(expected);
});

it('says in one sentence and one line what failed', () => {
  expect(after(on, failed)).toEqual({
    state: 'failed',
    message: 'The check for updates failed; MindMesh tries again later. (net::ERR_FAILED)',
  });
  const long = after(on, { type: 'failed', reason: 'x'.repeat(5000) });
  expect(long.message?.length).toBeLessThan(400);
});

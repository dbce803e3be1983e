import { expect, it } from 'vitest';
import { dialFailure } from './dial-failure.ts';

it.each<[unknown, string]>([
  [new Error('connect ECONNREFUSED 127.0.0.1:1'), 'nothing listens there'],
  [new Error('connect EHOSTUNREACH 192.0.2.1:1'), 'no network leads there'],
  [new Error('getaddrinfo ENOTFOUND mesh.example'), 'its name is not known'],
  [new DOMException('The operation was aborted', 'AbortError'), 'it did not reply in time'],
  [new Error('The operation was aborted due to timeout'), 'it did not reply in time'],
  [new Error('Unexpected EOF'), 'Unexpected EOF'],
  ['no error', 'no error'],
  [
    new AggregateError([new Error('ECONNREFUSED'), new Error('ECONNREFUSED'), new Error('EPIPE')]),
    'none of its addresses replied (nothing listens there; EPIPE)',
  ],
])('says why a peer could not be reached: %s', (error, words) => {
  expect(dialFailure(error)).toBe(words);
});

import { expect, it } from 'vitest';
import { cookieValue, isBearer, isOwnOrigin } from './request-checks.ts';

it('finds a cookie among others, and none that merely looks like it', () => {
  const header = 'theme=dark; mindmesh-6375=abc=def ; xmindmesh-6375=evil';
  expect(cookieValue(header, 'mindmesh-6375')).toBe('abc=def');
  expect(cookieValue(header, 'mindmesh')).toBeUndefined();
  expect(cookieValue('', 'mindmesh')).toBeUndefined();
  expect(cookieValue(undefined, 'mindmesh')).toBeUndefined();
});

it('knows its token from a longer, a shorter and a missing one', () => {
  expect(isBearer('Bearer secret', 'secret')).toBe(true);
  for (const header of [
    'Bearer secret2',
    'Bearer secre',
    'bearer secret',
    'secret',
    '',
    undefined,
  ]) {
    expect(isBearer(header, 'secret')).toBe(false);
  }
});

it('knows its own origin from that of another port, another scheme and none', () => {
  expect(isOwnOrigin('http://localhost:6375', 'localhost:6375')).toBe(true);
  for (const origin of ['http://localhost:1', 'https://localhost:6375', 'null', undefined]) {
    expect(isOwnOrigin(origin, 'localhost:6375')).toBe(false);
  }
  expect(isOwnOrigin(undefined, undefined)).toBe(false);
});

import { expect, it } from 'vitest';
import { BrowserAccess, tokenLifetimeMs } from './browser-access.ts';

it('gives a session for a token once', () => {
  const access = new BrowserAccess();
  const token = access.newToken();
  const session = access.redeem(token);
  expect(access.isSession(session)).toBe(true);
  expect(access.redeem(token)).toBeUndefined();
  expect(access.isSession(token)).toBe(false);
  expect(access.isSession(undefined)).toBe(false);
});

it('refuses a token that was not opened for ten minutes, but not its session', () => {
  let now = 0;
  const access = new BrowserAccess(() => now);
  const early = access.newToken();
  const late = access.newToken();
  now = tokenLifetimeMs;
  const session = access.redeem(early);
  expect(session).toBeDefined();
  now += 1;
  expect(access.redeem(late)).toBeUndefined();
  expect(access.isSession(session)).toBe(true);
});

it('keeps sixteen unopened addresses, the newest', () => {
  const access = new BrowserAccess();
  const tokens = Array.from({ length: 17 }, () => access.newToken());
  expect(access.redeem(tokens[0] ?? '')).toBeUndefined();
  expect(access.redeem(tokens[1] ?? '')).toBeDefined();
  expect(access.redeem(tokens[16] ?? '')).toBeDefined();
});

it('has never two tokens alike, of 256 bits', () => {
  const access = new BrowserAccess();
  const tokens = Array.from({ length: 100 }, () => access.newToken());
  expect(new Set(tokens).size).toBe(100);
  expect(Buffer.from(tokens[0] ?? '', 'base64url')).toHaveLength(32);
});

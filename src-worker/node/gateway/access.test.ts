import { describe, expect, it } from 'vitest';
import { isOwnHost, keyCheck } from './access.ts';

describe('access', () => {
  it.each(['127.0.0.1', '127.0.0.1:6374', 'localhost', 'LocalHost:80', '[::1]:6374'])(
    'knows %s as a name of this machine',
    (host) => {
      expect(isOwnHost(host)).toBe(true);
    },
  );

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:6374',
    'localhost:x',
    '0.0.0.0:6374',
    'localhost:6374@evil.example',
    '::1',
  ])('knows %s as none', (host) => {
    expect(isOwnHost(host)).toBe(false);
  });

  it('lets the key in and nothing else', () => {
    const hasKey = keyCheck('the-key');
    expect(['Bearer the-key', 'bearer  the-key '].map(hasKey)).toEqual([true, true]);
    const others = [
      undefined,
      '',
      'the-key',
      'Bearer',
      'Bearer ',
      'Bearer the-kez',
      'Basic the-key',
      'Bearer the-key x',
      'Bearer the-keyy',
    ];
    expect(others.filter(hasKey)).toEqual([]);
  });
});

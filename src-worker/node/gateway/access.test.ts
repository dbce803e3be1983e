import { describe, expect, it } from 'vitest';
import { corsHeaders, foreignHost, isOwnHost, keyCheck } from './access.ts';

describe('access', () => {
  it.each(['127.0.0.1', '127.0.0.1:6374', 'localhost', 'LocalHost:80', '[::1]:6374'])(
    'knows %s as a name of this machine',
    (host) => {
      expect(isOwnHost(host, [])).toBe(true);
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
  ])('does not know %s as one', (host) => {
    expect(isOwnHost(host, ['host.docker.internal'])).toBe(false);
  });

  it('knows a name that the owner allowed, with any port, and says how to allow one', () => {
    expect(isOwnHost('Host.docker.internal:6374', ['host.docker.internal'])).toBe(true);
    expect(isOwnHost('docker.internal', ['host.docker.internal'])).toBe(false);
    expect(foreignHost('my-pc:6374')).toMatchObject({
      status: 403,
      message:
        'The request came for "my-pc", which is no name of this API. Use 127.0.0.1 or localhost, or allow the name: mindmesh settings add apiHosts my-pc',
    });
    expect(foreignHost('evil"; rm -rf').message).toMatch(/apiHosts NAME$/);
  });

  it('sends CORS headers for the origins that the owner allowed only', () => {
    const origin = 'https://app.example';
    expect(corsHeaders({ origin }, [])).toBeUndefined();
    expect(corsHeaders({ origin: 'null' }, [origin])).toBeUndefined();
    expect(corsHeaders({ origin: 'https://app.example.evil' }, [origin])).toBeUndefined();
    expect(corsHeaders({}, [origin])).toBeUndefined();
    expect(corsHeaders({ origin }, [origin])).toEqual({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'x-request-id, retry-after',
      vary: 'origin',
    });
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

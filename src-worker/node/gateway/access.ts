/**
 * Access to the gateway: for programs on this machine that have the key. Web pages are kept out twice: they get no
 * CORS headers, and a host name that an attacker's DNS points to 127.0.0.1 is not a known name. The owner can
 * allow single host names and origins.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { RequestError } from './openai-error.ts';

const ownNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** True for a Host header that names this machine, or one of `allowed`, with any port. */
export function isOwnHost(host: string | undefined, allowed: readonly string[]): boolean {
  const name = nameOf(host);
  return ownNames.has(name) || allowed.some((other) => other.toLowerCase() === name);
}

function nameOf(host = ''): string {
  return host.replace(/:\d{1,5}$/, '').toLowerCase();
}

/** The error for a request that came for an unknown host name. */
export function foreignHost(host: string | undefined): RequestError {
  const name = nameOf(host).slice(0, 100);
  const example = /^[a-z0-9.-]+$/.test(name) ? name : 'NAME';
  return new RequestError(
    `The request came for "${name}", which is no name of this API. Use 127.0.0.1 or localhost, or allow the name: mindmesh settings add apiHosts ${example}`,
    null,
    403,
  );
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The CORS headers for a page of an allowed origin; undefined for any other page, which the browser then blocks. */
export function corsHeaders(
  request: Headers,
  allowed: readonly string[],
): Record<string, string> | undefined {
  const { origin } = request;
  if (typeof origin !== 'string' || !allowed.includes(origin)) {
    return undefined;
  }
  const wanted = request['access-control-request-headers'];
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'x-request-id, retry-after',
    vary: 'origin',
    ...(request['access-control-request-method'] === undefined
      ? {}
      : {
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers':
            typeof wanted === 'string' ? wanted : 'authorization, content-type',
          'access-control-allow-private-network': 'true',
          'access-control-max-age': '600',
        }),
  };
}

/** The error for the preflight request of a page whose origin is not allowed. */
export function foreignOrigin(origin: string): RequestError {
  const page = origin.slice(0, 200);
  return new RequestError(
    `Pages of "${page}" may not use this API. Allow them, if you trust them with the key: mindmesh settings add apiOrigins ${page}`,
    null,
    403,
  );
}

/** Returns a check of Authorization headers that takes as long for a wrong key as for the right one. */
export function keyCheck(apiKey: string): (authorization: string | undefined) => boolean {
  const expected = digest(apiKey);
  return (authorization) => {
    const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

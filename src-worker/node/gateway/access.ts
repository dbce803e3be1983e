/**
 * Who may speak to the gateway: whoever has the key, on this machine. Browsers' pages are kept out twice: no
 * CORS header is ever sent, and a name that an attacker's DNS points to 127.0.0.1 is not a name of ours.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

const ownNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** True for a Host header that names this machine, with any port. */
export function isOwnHost(host: string | undefined): boolean {
  const name = host?.replace(/:\d{1,5}$/, '').toLowerCase();
  return name !== undefined && ownNames.has(name);
}

/** A check of Authorization headers that takes as long for a wrong key as for the right one. */
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

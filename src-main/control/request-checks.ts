/**
 * What a request must show before the window's server serves it. Any page in a browser can send requests
 * to 127.0.0.1: the Host header tells a rebound domain name, the Origin header a foreign page. Pure.
 */
import { timingSafeEqual } from 'node:crypto';
import { contentPolicy } from '../base/content-policy.ts';

/** The Host headers of requests that are meant for this server. */
export function allowedHosts(port: number): ReadonlySet<string> {
  return new Set(['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`));
}

/** Whether a browser's WebSocket was opened by a page of this server. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return host !== undefined && origin === `http://${host}`;
}

/** The value of a cookie in a Cookie header. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [partName, ...value] = part.split('=');
    if (partName?.trim() === name) {
      return value.join('=').trim();
    }
  }
  return undefined;
}

/** Whether an Authorization header carries the token. */
export function isBearer(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Headers of every response. Scripts and styles come from files of this server alone; nothing may frame it. */
export function securityHeaders(port: number): Readonly<Record<string, string>> {
  // In today's browsers 'self' includes WebSockets; browsers of a few years ago need them listed. A policy cannot
  // name [::1].
  const sockets = ['127.0.0.1', 'localhost'].map((name) => `ws://${name}:${port}`).join(' ');
  return {
    'content-security-policy': contentPolicy(
      "manifest-src 'self'",
      `connect-src 'self' ${sockets}`,
    ),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}

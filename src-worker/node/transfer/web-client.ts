/**
 * GET over http or https. Requests to other machines use the proxy in the environment, as other programs do, and never go into
 * a private network. Behind a proxy that is up to the proxy, which resolves the names.
 */
import type { Dispatcher, Response } from 'undici';
import { AppError } from '../../../src-shared/errors.ts';
import { checkHost, publicLookup } from './public-hosts.ts';

/** Whether the address is that of a server on this machine: a loopback IP address or `localhost`. */
export function isLoopbackUrl({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Keeps connections open for some seconds for the next request. */
export class WebClient {
  #toInternet: Dispatcher | undefined;
  #toThisMachine: Dispatcher | undefined;

  /**
   * Sends a request. Redirects are not followed.
   * @param isTrusted whether the address may be on this machine, because the owner named it
   * @throws AppError `request-invalid` when the host is on this machine or in a private network, `peer-failed` when it
   * does not respond; the signal's reason
   */
  async get(
    address: URL,
    isTrusted: boolean,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    const isHere = isTrusted && isLoopbackUrl(address);
    if (!isHere) {
      checkHost(address);
    }
    // The library is loaded at the first request, since most nodes never need it.
    const { Agent, EnvHttpProxyAgent, fetch } = await import('undici');
    try {
      const dispatcher = isHere
        ? (this.#toThisMachine ??= new Agent())
        : (this.#toInternet ??= new EnvHttpProxyAgent({ connect: { lookup: publicLookup() } }));
      return await fetch(address.href, { redirect: 'manual', signal, headers, dispatcher });
    } catch (error) {
      signal.throwIfAborted();
      const cause = error instanceof Error ? error.cause : undefined;
      throw cause instanceof AppError
        ? cause
        : new AppError('peer-failed', silence(address, isHere), { cause: error });
    }
  }
}

/** The message for a host that does not respond; it names the proxy, which may be the reason. */
function silence({ host, protocol }: URL, isHere: boolean): string {
  const variable = protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY';
  const proxy = process.env[variable.toLowerCase()] ?? process.env[variable] ?? '';
  return isHere || proxy === ''
    ? `${host} does not respond.`
    : `${host} does not respond. The request went over the proxy that ${variable} names; check that the proxy works.`;
}

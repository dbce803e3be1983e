/**
 * GET over http or https. What is not on this machine goes over the proxy that the environment names, as other
 * programs do it, and never into a private network; behind a proxy that is the proxy's matter, for it resolves names.
 */
import type { Dispatcher, Response } from 'undici';
import { AppError } from '../../../src-shared/errors.ts';
import { checkHost, publicLookup } from './public-hosts.ts';

/** Whether the address is of a server on this machine, by its number or as `localhost`. */
export function isLoopbackUrl({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Keeps its connections for the next request, each for some seconds. */
export class WebClient {
  #toInternet: Dispatcher | undefined;
  #toThisMachine: Dispatcher | undefined;

  /**
   * Redirects are not followed.
   * @param isTrusted the address may be on this machine, since its owner named it
   * @throws AppError `request-invalid` when the host is on this machine or in a private network, `peer-failed` when it
   * does not answer; the signal's reason
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
    // Loaded when a model comes from the web; most nodes never need it.
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

/** A proxy that is set may be what keeps it from answering. */
function silence({ host, protocol }: URL, isHere: boolean): string {
  const variable = protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY';
  const proxy = process.env[variable.toLowerCase()] ?? process.env[variable] ?? '';
  return isHere || proxy === ''
    ? `${host} does not answer.`
    : `${host} does not answer. It was asked over the proxy that ${variable} names; check that the proxy works.`;
}

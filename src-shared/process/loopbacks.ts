/**
 * Listens on both loopback addresses. "localhost" is 127.0.0.1 to some programs and ::1 to others: a server on only
 * one of them would be missing for half of the programs, or another program would respond in its place.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** How many free ports are tried where any will do and one of the two addresses has it taken. */
const mostTries = 5;

/** Error codes of listening on a machine without IPv6. */
const noIpv6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/**
 * Makes `server` accept on ::1 as well, where the machine has it, at the port that `listen` binds on 127.0.0.1.
 *
 * @param port 0 takes one that is free on both
 * @returns a function that stops listening on ::1; connections there end with those of `server`
 * @throws Error what listening threw; `isPortTaken` recognises a port that another program uses
 */
export async function listenOnLoopbacks(
  server: Server,
  port: number,
  listen: (port: number) => Promise<unknown>,
): Promise<() => void> {
  for (let tries = 1; ; tries += 1) {
    const second = await listenOnIpv6(server, port);
    try {
      await listen(second === undefined ? port : (second.address() as AddressInfo).port);
      return () => second?.close();
    } catch (error) {
      second?.close();
      if (port !== 0 || tries === mostTries || !isPortTaken(error)) {
        throw error;
      }
    }
  }
}

export function isPortTaken(error: unknown): boolean {
  return codeOf(error) === 'EADDRINUSE';
}

/** Accepts on ::1 and passes every connection to `server`, so that its limits and timeouts hold. */
async function listenOnIpv6(server: Server, port: number): Promise<Server | undefined> {
  const second = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    server.emit('connection', socket);
  });
  if (server.maxConnections !== undefined) {
    second.maxConnections = server.maxConnections;
  }
  try {
    second.listen({ host: '::1', port });
    await once(second, 'listening');
    return second;
  } catch (error) {
    if (noIpv6.has(codeOf(error) ?? '')) {
      return undefined;
    }
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

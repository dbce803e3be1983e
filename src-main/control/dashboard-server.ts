/**
 * The headless host's one HTTP server, on the loopback addresses alone: the built window for browsers, and the WebSocket
 * over which windows and the command line speak src-shared/api/host-api.ts.
 */
import { randomBytes } from 'node:crypto';
import fastifyWebsocket from '@fastify/websocket';
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify';
import type { WebSocketServer } from 'ws';
import { AppError } from '../../src-shared/errors.ts';
import { isPortTaken, listenOnLoopbacks } from '../../src-shared/process/loopbacks.ts';
import type { Host } from '../host/host.ts';
import { BrowserAccess } from './browser-access.ts';
import { accessPage, serverWords } from '../../src-shared/words/pages.ts';
import {
  allowedHosts,
  cookieValue,
  isBearer,
  isOwnOrigin,
  securityHeaders,
} from './request-checks.ts';
import { sendPage } from './send-page.ts';
import { serveSocket, socketLimits } from './serve-socket.ts';
import { hostErrors } from '../../src-shared/words/errors.ts';

export type DashboardOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /** Folder of the built window; null serves the command line alone. */
  readonly pages: string | null;
};

export type DashboardServer = {
  /** How the command line connects. */
  readonly control: { readonly url: string; readonly token: string };
  /** A new address that opens the window in one browser. */
  newWindowAddress(): string;
  close(): Promise<void>;
};

const address = '127.0.0.1';
/** Windows and commands connected at once. */
const maxClients = 32;
/** A client that does not reply to the close frame within this is cut off, in milliseconds. */
const goodbyeMs = 500;

/** @throws AppError `port-taken` or `setting-invalid` when the port cannot be used */
export async function startDashboardServer(
  host: Host,
  options: DashboardOptions,
): Promise<DashboardServer> {
  const access = new BrowserAccess();
  const controlToken = randomBytes(32).toString('base64url');
  const server = fastify({ forceCloseConnections: true });
  const port = (): number => {
    const bound = server.server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : options.port;
  };
  const cookieName = (): string => `mindmesh-${port()}`;

  const isAllowed = ({ headers, url }: FastifyRequest): boolean => {
    const hasSession = access.isSession(cookieValue(headers.cookie, cookieName()));
    if (url !== '/host') {
      return hasSession;
    }
    // A browser always tells the origin of the page that opens a WebSocket; the command line has none.
    return headers.origin === undefined
      ? isBearer(headers.authorization, controlToken)
      : hasSession && isOwnOrigin(headers.origin, headers.host);
  };
  const refuse = (reply: FastifyReply): FastifyReply =>
    options.pages === null
      ? reply.code(401).send(serverWords.notAllowed)
      : sendPage(reply, 401, accessPage);

  // This plugin has to be registered before the checks: a request that its hook has not seen and that is refused
  // would leave its socket open.
  await server.register(fastifyWebsocket, {
    options: { maxPayload: socketLimits.messageBytes },
    errorHandler: (_error, socket) => socket.terminate(),
    preClose(done) {
      sayGoodbye(server.websocketServer);
      done();
    },
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders(port()));
    if (!allowedHosts(port()).has(request.headers.host ?? '')) {
      return reply.code(421).send(serverWords.otherName);
    }
    const isExchange = request.routeOptions.url === '/open';
    return isExchange || isAllowed(request) ? undefined : refuse(reply);
  });
  server.setErrorHandler((error, _request, reply) => {
    host.log.write('warn', 'window', 'A request failed', { reason: String(error) });
    return reply.code(400).send(serverWords.badRequest);
  });

  server.get('/host', { websocket: true }, (socket) => {
    if (server.websocketServer.clients.size > maxClients) {
      socket.close(1013, serverWords.tooManyWindows);
    } else {
      serveSocket(host, socket);
    }
  });
  if (options.pages !== null) {
    // The desktop app serves no files over HTTP, and loads nothing for it.
    const { addWindowPages } = await import('./window-pages.ts');
    await addWindowPages(server, options.pages, access, cookieName);
  }
  let stopListening: () => void;
  try {
    await server.ready();
    stopListening = await listenOnLoopbacks(server.server, options.port, (free) =>
      server.listen({ host: address, port: free }),
    );
  } catch (error) {
    await server.close();
    throw portError(error, options.port);
  }
  return {
    control: { url: `ws://${address}:${port()}/host`, token: controlToken },
    newWindowAddress: () => `http://${address}:${port()}/open?token=${access.newToken()}`,
    close: () => {
      stopListening();
      return server.close();
    },
  };
}

function sayGoodbye(sockets: WebSocketServer): void {
  for (const client of sockets.clients) {
    client.close(1001, serverWords.stopping);
    setTimeout(() => client.terminate(), goodbyeMs).unref();
  }
}

function portError(error: unknown, port: number): unknown {
  if (isPortTaken(error)) {
    return new AppError('port-taken', hostErrors.windowPortTaken(port), {
      cause: error,
      advice: 'choose-window-port',
    });
  }
  if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
    return new AppError('setting-invalid', hostErrors.windowPortForbidden(port), {
      cause: error,
      advice: 'choose-window-port',
    });
  }
  return error;
}

/**
 * The OpenAI-compatible endpoint: HTTP on the loopback addresses, for programs of this machine's user that have the key.
 * Requests are not trusted until host name, key, size, speed and schema were checked, in this order.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError, describeCauses } from '../../../src-shared/errors.ts';
import { isPortTaken, listenOnLoopbacks } from '../../../src-shared/process/loopbacks.ts';
import type { Admission } from '../text/admission.ts';
import type { ChatService } from '../text/chat-service.ts';
import { corsHeaders, foreignHost, foreignOrigin, isOwnHost, keyCheck } from './access.ts';
import { chatCompletions } from './chat-completions.ts';
import { replyToBrokenRequest, requestErrorOf } from './http-error.ts';
import { modelObject } from './models.ts';
import { openAiErrorOf, RequestError } from './openai-error.ts';
import { missingRoute } from './missing-route.ts';

const limits = {
  bodyBytes: 8 * 1024 * 1024,
  headerBytes: 16 * 1024,
  /** Most characters of a parameter in a path; a model's name may be percent-encoded. */
  parameterCharacters: 1000,
  connections: 1024,
  /** Time for clients to read why their responses end when the API closes, in milliseconds. */
  farewellMs: 1000,
} as const;

/** In milliseconds. */
export type GatewayTimeouts = {
  /** Longest time from a connection's first byte to the end of the headers (`headers`) and of the body (`request`). */
  readonly headers: number;
  readonly request: number;
  /** How long a client may read nothing of a stream. */
  readonly stall: number;
  /** How long a stream may send nothing; some clients give up after five seconds. */
  readonly quiet: number;
};

const defaultTimeouts: GatewayTimeouts = {
  headers: 10_000,
  request: 60_000,
  stall: 60_000,
  quiet: 2500,
};

export type GatewayOptions = {
  readonly chat: ChatService;
  readonly admission: Admission;
  /** The port to listen on; 0 takes any free one. */
  readonly port: number;
  /** Whether any free port may be taken where `port` is in use. */
  readonly orAnyPort?: boolean;
  readonly apiKey: string;
  /** The clients that have access at first; absent: only this machine's own programs. */
  readonly access?: GatewayAccess;
  readonly log: (
    level: 'debug' | 'info' | 'warn' | 'error',
    message: string,
    details?: Record<string, unknown>,
  ) => void;
  readonly timeouts?: GatewayTimeouts;
};

/** Allowed host names in addition to this machine's own, and origins of web pages that may use the API. */
type GatewayAccess = {
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
};

export type Gateway = {
  readonly port: number;
  /** Replaces the clients that have access. */
  readonly allow: (access: GatewayAccess) => void;
  /** Stops listening, completes the running responses, and then closes. */
  readonly retire: () => Promise<void>;
  /** Ends all connections and the generations behind them. */
  readonly stop: () => Promise<void>;
};

/** Starts listening. @throws AppError `port-taken` */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { chat, admission, apiKey, log } = options;
  let access = options.access ?? { hosts: [], origins: [] };
  const timeouts = options.timeouts ?? defaultTimeouts;
  const closing = new AbortController();
  const hasKey = keyCheck(apiKey);
  const replyWithError = (
    thrown: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply => {
    const error = requestErrorOf(thrown);
    const { status, body } = openAiErrorOf(error);
    if (status >= 500) {
      // A client that disconnects, and a gateway that closes, are normal.
      log(error.code === 'cancelled' ? 'debug' : 'warn', describeCauses(error), {
        method: request.method,
        url: request.url,
      });
    }
    if (error.code === 'over-capacity') {
      void reply.header('retry-after', String(admission.retryAfterSeconds()));
    }
    // The connection stays open, so that a client that is still sending can finish and then read the error; its data is
    // dropped, and the request's deadline holds. A reset of the connection would lose the error.
    return reply.removeHeader('connection').code(status).send(body);
  };
  const app = fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: timeouts.request,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: {
      maxParamLength: limits.parameterCharacters,
      // Clients that join a base URL and a path carelessly send such paths.
      ignoreDuplicateSlashes: true,
      ignoreTrailingSlash: true,
    },
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: timeouts.headers,
      // This timer runs as long as the server does: it must not wake an idle machine every second.
      connectionsCheckingInterval: Math.min(10_000, timeouts.headers),
    },
    clientErrorHandler: replyToBrokenRequest,
    // Called for URLs that cannot be parsed.
    frameworkErrors: (error, request, reply) => void replyWithError(error, request, reply),
  });
  readAllBodiesAsJson(app);
  app.server.maxConnections = limits.connections;

  const underWay = new Set<ServerResponse>();
  app.addHook('onRequest', (request, reply, next) => {
    underWay.add(reply.raw);
    reply.raw.once('close', () => underWay.delete(reply.raw));
    void reply.header('x-request-id', request.id);
    const { headers, method } = request;
    const cors = corsHeaders(headers, access.origins);
    void reply.headers(cors ?? {});
    if (!isOwnHost(headers.host, access.hosts)) {
      next(foreignHost(headers.host));
    } else if (method === 'OPTIONS' && headers.origin !== undefined) {
      if (cors === undefined) {
        next(foreignOrigin(headers.origin));
      } else {
        void reply.code(204).send();
      }
    } else if (request.routeOptions.url !== '/healthz' && !hasKey(headers.authorization)) {
      next(
        new AppError(
          'unauthorised',
          'Send the API key that MindMesh shows as "Authorization: Bearer KEY"; this request has none or a wrong one.',
        ),
      );
    } else {
      next();
    }
  });

  app.setErrorHandler(replyWithError);
  app.setNotFoundHandler(({ method, url, headers }) => {
    throw missingRoute(method, url, headers.host ?? '');
  });

  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/v1/models', () => ({ object: 'list', data: chat.models().map(modelObject) }));
  app.get<{ Params: { id: string } }>('/v1/models/:id', ({ params }) =>
    modelObject(chat.offered(params.id)),
  );
  app.post(
    '/v1/chat/completions',
    chatCompletions({
      chat,
      log,
      closing: closing.signal,
      stallMs: timeouts.stall,
      quietMs: timeouts.quiet,
    }),
  );

  const { port, stopListening } = await listen(app, options);
  const end = async (): Promise<void> => {
    stopListening();
    if (app.server.listening) {
      app.server.close();
    }
    app.server.closeAllConnections();
    await app.close();
  };
  return {
    port,
    allow: (other) => {
      access = other;
    },
    retire: async () => {
      stopListening();
      app.server.close();
      while (underWay.size > 0) {
        await Promise.allSettled([...underWay].map((response) => once(response, 'close')));
      }
      await end();
    },
    stop: async () => {
      closing.abort();
      stopListening();
      await allClosed(underWay);
      await end();
    },
  };
}

/** Resolves when every response has ended, and at the latest after `farewellMs`. */
async function allClosed(responses: ReadonlySet<ServerResponse>): Promise<void> {
  const signal = AbortSignal.timeout(limits.farewellMs);
  await Promise.allSettled([...responses].map((response) => once(response, 'close', { signal })));
}

/**
 * Reads every body as JSON, because curl and careless clients send JSON as a form or without a type. This gives web pages
 * no access, since they cannot send the key.
 */
function readAllBodiesAsJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, text: string, done) => {
    void parse(request, text, (error, body) => {
      if (error === null) {
        done(null, body);
      } else {
        const complaint = 'The body must be JSON, sent with "content-type: application/json".';
        done(new RequestError(complaint, null, 415));
      }
    });
  });
}

async function listen(
  app: FastifyInstance,
  { port, orAnyPort = false }: Pick<GatewayOptions, 'port' | 'orAnyPort'>,
): Promise<{ port: number; stopListening: () => void }> {
  let stopListening: () => void;
  try {
    await app.ready();
    stopListening = await listenOnLoopbacks(app.server, port, (free) =>
      app.listen({ host: '127.0.0.1', port: free }),
    );
  } catch (error) {
    const isTaken = isPortTaken(error);
    if (isTaken && orAnyPort) {
      return listen(app, { port: 0 });
    }
    await app.close();
    if (isTaken) {
      throw new AppError(
        'port-taken',
        `Port ${port} on ${takenAddress(error)} is taken by another program. Quit that program.`,
        { cause: error, advice: 'choose-api-port' },
      );
    }
    throw new AppError('internal', `The API cannot listen on port ${port} of 127.0.0.1.`, {
      cause: error,
    });
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return { port: bound, stopListening };
}

function takenAddress(error: unknown): string {
  return error instanceof Error && 'address' in error && error.address === '::1'
    ? '[::1]'
    : '127.0.0.1';
}

/** A web server with one file, as model hosts serve it, and the ways in which such a server can fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type ModelServer = {
  /** Address of the file. */
  readonly url: string;
  /** Address of another path, which redirects to `location`. */
  redirectTo(location: string): string;
  /** Bytes of response bodies that were sent. */
  readonly sent: { bytes: number; requests: number };
  content: Buffer;
  /** What the server does wrong. */
  fault: 'none' | 'no ranges' | 'cuts off' | 'other range' | 'unavailable' | 'hangs';
  /** Called before each response. */
  onRequest: () => void;
};

export async function startModelServer(content: Buffer): Promise<ModelServer> {
  const redirects = new Map<string, string>();
  const sent = { bytes: 0, requests: 0 };
  const server = createServer((request, response) => {
    const location = redirects.get(request.url ?? '');
    if (location !== undefined) {
      response.writeHead(302, { location }).end();
      return;
    }
    model.onRequest();
    sent.requests += 1;
    answer(model, request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const model: ModelServer = {
    url: `${base}/model.gguf`,
    redirectTo: (location) => {
      const path = `/redirect-${redirects.size}`;
      redirects.set(path, location);
      return base + path;
    },
    sent,
    content,
    fault: 'none',
    onRequest: () => {},
  };
  return model;
}

function answer(model: ModelServer, request: IncomingMessage, response: ServerResponse): void {
  const { content, fault, sent } = model;
  // A tag that changes with the content, as model hosts have it.
  const etag = `"${content.subarray(-8).toString('hex')}"`;
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const isCurrent = [undefined, etag].includes(request.headers['if-range'] as string | undefined);
  if (fault === 'hangs') {
    return;
  }
  if (fault === 'unavailable') {
    response.writeHead(503).end();
    return;
  }
  if (fault === 'no ranges' || first === '' || !isCurrent) {
    response.writeHead(200, { etag, 'content-length': content.byteLength });
    response.end(content);
    return;
  }
  const start = Number(first) + (fault === 'other range' ? 1 : 0);
  const body = content.subarray(start, Math.min(Number(last) + 1, content.byteLength));
  response.writeHead(206, {
    etag,
    'content-range': `bytes ${start}-${start + body.byteLength - 1}/${content.byteLength}`,
    'content-length': body.byteLength,
  });
  if (fault === 'cuts off') {
    sent.bytes += body.byteLength >> 1;
    response.write(body.subarray(0, body.byteLength >> 1), () => response.destroy());
  } else {
    sent.bytes += body.byteLength;
    response.end(body);
  }
}

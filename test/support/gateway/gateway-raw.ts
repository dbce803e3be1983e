/** Sends HTTP to a port byte by byte, for requests that no well-behaved client would send. */
import { connect, type Socket } from 'node:net';

export type RawResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed when it is JSON. */
  readonly body: unknown;
};

/**
 * Writes `parts` to a new connection with short waits between them, and reads until the other side closes or the
 * response is complete. Parts that cannot be written any more are dropped.
 */
export async function sendRaw(
  port: number,
  parts: Iterable<string | Buffer>,
  pauseMs = 0,
): Promise<RawResponse> {
  const socket = connect(port, '127.0.0.1');
  const response = readResponse(socket);
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  void response.then(end, end);
  for (const part of parts) {
    if (isOver) {
      break;
    }
    socket.write(part);
    await pause(pauseMs);
  }
  try {
    return await response;
  } finally {
    socket.destroy();
  }
}

/** The head of a POST whose body has `length` bytes. */
export function postHead(
  port: number,
  key: string,
  length: number,
  headers: Readonly<Record<string, string>> = {},
): string {
  const all = {
    host: `127.0.0.1:${port}`,
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': String(length),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /v1/chat/completions HTTP/1.1\r\n${lines.join('')}\r\n`;
}

function readResponse(socket: Socket): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const response = parseResponse(text);
      if (response !== undefined) {
        resolve(response);
      }
    });
    // A reset may follow the response; without a response it is a failure.
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`Closed after: ${text}`)));
  });
}

/** A response with its whole body; undefined while it is not complete. */
function parseResponse(text: string): RawResponse | undefined {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = rest.join('\r\n\r\n');
  if (rest.length === 0 || Buffer.byteLength(body) < Number(headers['content-length'] ?? 0)) {
    return undefined;
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body: parseBody(body) };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

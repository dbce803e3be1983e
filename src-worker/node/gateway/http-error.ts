/** Turns errors of HTTP itself and of fastify into `AppError`s. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type AppError, toAppError } from '../../../src-shared/errors.ts';
import { openAiErrorOf, RequestError } from './openai-error.ts';

/** The error for anything that a route or fastify throws. Errors with a status from 400 to 499 keep it. */
export function requestErrorOf(thrown: unknown): AppError {
  if (thrown instanceof Error && 'statusCode' in thrown) {
    const { statusCode, message } = thrown;
    if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
      return new RequestError(message.endsWith('.') ? message : `${message}.`, null, statusCode);
    }
  }
  return toAppError(thrown);
}

/** Sends the error for a request that did not reach a route: it is not HTTP, too slow, or its headers are too large. */
export function replyToBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, body } = openAiErrorOf(brokenRequest(error.code));
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n` +
      `Connection: close\r\n\r\n${text}`,
  );
}

function brokenRequest(code: string | undefined): RequestError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new RequestError('The request came too slowly.', null, 408);
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new RequestError('The headers are too large.', null, 431);
  }
  return new RequestError('This is no HTTP request.', null, 400);
}

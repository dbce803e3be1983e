/** What goes wrong below our routes, in HTTP itself or in fastify, as errors of ours. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type AppError, toAppError } from '../../../src-shared/errors.ts';
import { openAiErrorOf, RequestError } from './openai-error.ts';

/** Anything that a route or fastify throws. What fastify blames on the request keeps its status. */
export function requestErrorOf(thrown: unknown): AppError {
  if (thrown instanceof Error && 'statusCode' in thrown) {
    const { statusCode, message } = thrown;
    if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
      return new RequestError(message.endsWith('.') ? message : `${message}.`, null, statusCode);
    }
  }
  return toAppError(thrown);
}

/** Answers a connection whose request never got as far as a route: no HTTP, too slow, or too large a head. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
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

/** Sends one of the few pages that the window's server writes itself. */
import type { FastifyReply } from 'fastify';

export function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html);
}

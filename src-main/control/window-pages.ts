/** What a browser gets from the window's server: the exchange of a one-time address, then the built files. */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { BrowserAccess } from './browser-access.ts';
import { accessPage, notBuiltPage, notFoundPage } from '../../src-shared/words/pages.ts';
import { sendPage } from './send-page.ts';

const openQuerySchema = z.object({ token: z.string().max(200) });

/**
 * @param folder of the built window; one page says so when it is not there
 * @param cookieName differs by port, since cookies of 127.0.0.1 are shared by all ports
 */
export async function addWindowPages(
  server: FastifyInstance,
  folder: string,
  access: BrowserAccess,
  cookieName: () => string,
): Promise<void> {
  server.get('/open', (request, reply) => {
    const query = openQuerySchema.safeParse(request.query);
    const session = query.success ? access.redeem(query.data.token) : undefined;
    if (session === undefined) {
      return sendPage(reply, 401, accessPage);
    }
    reply.header('set-cookie', `${cookieName()}=${session}; Path=/; HttpOnly; SameSite=Strict`);
    // The redirect takes the token out of the address bar, and it never enters the browser's history.
    return reply.header('cache-control', 'no-store').redirect('/', 303);
  });
  server.setNotFoundHandler((_request, reply) => sendPage(reply, 404, notFoundPage));
  if (!existsSync(join(folder, 'index.html'))) {
    server.get('/', (_request, reply) => sendPage(reply, 200, notBuiltPage));
    return;
  }
  await server.register(fastifyStatic, {
    root: folder,
    dotfiles: 'deny',
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Vite puts a hash of the content into the names of what lies in assets/.
      const isHashed = path.includes(`${sep}assets${sep}`);
      reply.header('cache-control', isHashed ? 'private, max-age=31536000, immutable' : 'no-store');
    },
  });
}

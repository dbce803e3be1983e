/**
 * Serves the built window at app://mindmesh, so that no page of the window is a file:// page, which could read other
 * files.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol, type Session } from 'electron';
import { windowFile } from './window-file.ts';
import { appHeaders } from './window-security.ts';

/** Has to be called before Electron is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true } },
  ]);
}

/**
 * Serves the pages to the windows of this session, and no other file of this machine.
 *
 * @param folder of the built window
 */
export function serveAppPages(session: Session, folder: string): void {
  session.protocol.handle('file', () => new Response('Not found.\n', { status: 404 }));
  session.protocol.handle('app', async ({ method, url }) => {
    const file = method === 'GET' ? windowFile(url) : undefined;
    const body = file === undefined ? undefined : await contentOf(join(folder, file.path));
    return file === undefined || body === undefined
      ? new Response('Not found.\n', { status: 404, headers: appHeaders })
      : new Response(body, { headers: { ...appHeaders, 'content-type': file.type } });
  });
}

async function contentOf(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch {
    return undefined;
  }
}

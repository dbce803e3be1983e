/** Downloads where the internet is behind a proxy, as the environment says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, afterAll, expect, it, vi } from 'vitest';
import { HttpFile } from '../../src-worker/node/transfer/http-file.ts';
import { startModelServer } from '../support/models/model-server.ts';
import { whileTesting } from '../support/models/transfer-parts.ts';

const asked: string[] = [];
const proxy = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  response.writeHead(502).end();
});
proxy.on('connect', ({ url }, socket) => {
  asked.push(`CONNECT ${url}`);
  socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  vi.stubEnv('HTTPS_PROXY', url);
  vi.stubEnv('HTTP_PROXY', url);
  vi.stubEnv('NO_PROXY', '');
});

afterAll(() => {
  vi.unstubAllEnvs();
  proxy.closeAllConnections();
  proxy.close();
});

it('the proxy is asked for servers of the internet, which this machine need not find itself', async () => {
  const opened = HttpFile.open('https://models.invalid/model.gguf', whileTesting());
  await expect(opened).rejects.toMatchObject({
    code: 'peer-failed',
    message: expect.stringContaining('the proxy that HTTPS_PROXY names'),
  });
  expect(asked).toEqual(['CONNECT models.invalid:443']);
});

it('the proxy is never asked for this machine or a private network', async () => {
  asked.length = 0;
  const server = await startModelServer(Buffer.alloc(100_000, 7));
  const file = await HttpFile.open(server.url, whileTesting());
  expect(file.sizeBytes).toBe(100_000);
  for (const host of ['localhost', '127.0.0.1', '192.168.1.1']) {
    const url = server.redirectTo(`https://${host}:1/model.gguf`);
    await expect(HttpFile.open(url, whileTesting())).rejects.toMatchObject({
      code: 'request-invalid',
    });
  }
  expect(asked).toEqual([]);
});

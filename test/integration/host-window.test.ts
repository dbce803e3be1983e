import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { chatEventSchema } from '../../src-shared/chat.ts';
import { hostApi } from '../../src-shared/api/host-api.ts';
import type { Topic, TopicEvent } from '../../src-shared/api/topics.ts';
import { serverMessageSchema, type ServerMessage } from '../../src-shared/rpc/contract.ts';
import {
  type DashboardServer,
  startDashboardServer,
} from '../../src-main/control/dashboard-server.ts';
import type { Host } from '../../src-main/host/host.ts';
import { eventually, eventuallyTrue } from '../support/host/host-processes.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { logOf, standInHost } from '../support/host/host-stand-in.ts';

type Window = { host: Host; server: DashboardServer; origin: string };

/** A ready host with its window. */
async function openWindow(given: { pages?: string | null; folder?: string } = {}): Promise<Window> {
  const pages = given.pages === undefined ? await builtPages() : given.pages;
  const host = await standInHost(given.folder === undefined ? {} : { dataFolder: given.folder });
  await host.ready;
  const server = await startDashboardServer(host, { port: 0, pages });
  onTestFinished(() => server.close());
  return { host, server, origin: new URL(server.newWindowAddress()).origin };
}

/** A folder as Vite would have built it. */
async function builtPages(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>the window</title>');
  await writeFile(join(folder, 'assets', 'main-1a2b.js'), 'console.log("window");');
  return folder;
}

type Page = { status: number; headers: IncomingHttpHeaders; body: string };

function get(url: string, headers: Record<string, string> = {}): Promise<Page> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { headers }, (response) => {
      readAll(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
    request.on('error', reject);
    request.end();
  });
}

/** The cookie of a browser that has opened a new address. */
async function cookieOf({ server }: Window): Promise<string> {
  const { headers } = await get(server.newWindowAddress());
  return String(headers['set-cookie']?.[0]).split(';')[0] ?? '';
}

class Client {
  readonly messages: ServerMessage[] = [];
  readonly socket: WebSocket;
  #nextId = 1;

  constructor(server: DashboardServer) {
    this.socket = new WebSocket(server.control.url, {
      headers: { authorization: `Bearer ${server.control.token}` },
    });
    this.socket.on('message', (data: Buffer) => {
      this.messages.push(serverMessageSchema.parse(JSON.parse(data.toString())));
    });
    onTestFinished(() => this.socket.terminate());
  }

  static async connect(server: DashboardServer): Promise<Client> {
    const client = new Client(server);
    await once(client.socket, 'open');
    client.watch(['app']);
    await eventually('the first message', () => client.messages[0]);
    return client;
  }

  ask(method: string, params: unknown = {}): number {
    const id = this.#nextId++;
    this.socket.send(JSON.stringify({ id, method, params }));
    return id;
  }

  watch(topics: readonly Topic[]): number {
    return this.ask('watch', { topics });
  }

  /** The events of a topic, in order. */
  told<T extends Topic>(topic: T): readonly TopicEvent<T>[] {
    return this.messages.flatMap((message) => {
      const event =
        message.type === 'event'
          ? hostApi.methods.watch.event.safeParse(message.event).data
          : undefined;
      return event?.topic === topic ? [event as TopicEvent<T>] : [];
    });
  }

  chat(content: string): number {
    return this.ask('chat', { model: 'demo', messages: [{ role: 'user', content }] });
  }

  response(id: number): Promise<ServerMessage> {
    return eventually(`the response ${id}`, () =>
      this.messages.find(
        (message) => (message.type === 'result' || message.type === 'error') && message.id === id,
      ),
    );
  }
}

/** The HTTP status of a WebSocket handshake; 101 when it is accepted. */
async function handshake(url: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(url, { headers });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', () => {});
  });
}

describe('the window in a browser', () => {
  it('opens with a printed address once, and then with the cookie', async () => {
    const window = await openWindow();
    const address = window.server.newWindowAddress();
    const opened = await get(address);
    expect(opened).toMatchObject({ status: 303, headers: { location: '/' } });
    const cookie = String(opened.headers['set-cookie']?.[0]);
    expect(cookie).toMatch(/^mindmesh-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);

    const again = await get(address);
    expect(again.status).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.body).toContain('mindmesh status');

    const page = await get(window.origin, { cookie: cookie.split(';')[0] ?? '' });
    expect(page).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(page.body).toContain('the window');
  });

  it('is there at ::1 as well, and gone from it when it is closed', async () => {
    const window = await openWindow();
    const port = new URL(window.origin).port;
    const address = window.server.newWindowAddress().replace('127.0.0.1', '[::1]');
    const cookie = String((await get(address)).headers['set-cookie']?.[0]).split(';')[0] ?? '';
    const page = await get(`http://[::1]:${port}/`, { cookie });
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('the window') });
    const own = { cookie, origin: `http://[::1]:${port}` };
    expect(await handshake(`ws://[::1]:${port}/host`, own)).toBe(101);
    await window.server.close();
    const late = connect({ host: '::1', port: Number(port) });
    await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('shows nothing to a browser that has no cookie, or an invented one', async () => {
    const { origin } = await openWindow();
    const port = new URL(origin).port;
    for (const cookie of ['', 'theme=dark', `mindmesh-${port}=`, `mindmesh-${port}=guess`]) {
      for (const path of ['/', '/assets/main-1a2b.js', '/nothing']) {
        expect((await get(`${origin}${path}`, { cookie })).status).toBe(401);
      }
    }
  });

  it('does not answer to other names, so that no domain can be pointed at it', async () => {
    const window = await openWindow();
    const cookie = await cookieOf(window);
    for (const name of ['evil.example', 'evil.example:80', '127.0.0.1', 'localhost.evil.example']) {
      const page = await get(window.origin, { cookie, host: name });
      expect(page.status).toBe(421);
    }
    const address = window.server.newWindowAddress();
    expect((await get(address, { host: 'evil.example' })).status).toBe(421);
    expect((await get(address)).status).toBe(303);
  });

  it('lets pages load scripts and styles from their own files alone', async () => {
    const window = await openWindow();
    for (const page of [
      await get(window.origin, { cookie: await cookieOf(window) }),
      await get(window.origin),
    ]) {
      const policy = String(page.headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(page.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    }
  });

  it('serves the files of the window and nothing beside them', async () => {
    const window = await openWindow();
    const cookie = await cookieOf(window);
    const script = await get(`${window.origin}/assets/main-1a2b.js`, { cookie });
    expect(script.status).toBe(200);
    expect(script.headers['cache-control']).toContain('immutable');
    for (const path of ['/../package.json', '/%2e%2e/%2e%2e/etc/passwd', '/.git/config']) {
      const page = await get(`${window.origin}${path}`, { cookie });
      expect(page.status).toBeGreaterThanOrEqual(400);
    }
  });

  it('says what to do when it is not built', async () => {
    const window = await openWindow({ pages: await temporaryFolder() });
    const page = await get(window.origin, { cookie: await cookieOf(window) });
    expect(page.status).toBe(200);
    expect(page.body).toContain('npm run build');
  });

  it('is not there when it is not wanted, while the command line is served', async () => {
    const { origin, server } = await openWindow({ pages: null });
    expect((await get(origin)).status).toBe(401);
    expect((await get(`${origin}/open?token=x`)).status).toBe(401);
    const { messages } = await Client.connect(server);
    expect(messages[0]).toMatchObject({ type: 'event', event: { topic: 'app' } });
  });

  it('says which port is taken', async () => {
    const { host, origin } = await openWindow();
    const port = Number(new URL(origin).port);
    await expect(startDashboardServer(host, { port, pages: null })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(`Port ${port}, for the window, is taken`),
    });
  });
});

describe('the socket of the host', () => {
  it('takes the cookie from pages of its own origin, and the token from programs', async () => {
    const window = await openWindow();
    const { url, token } = window.server.control;
    const authorization = `Bearer ${token}`;
    const cookie = await cookieOf(window);
    const { origin } = window;
    expect(await handshake(url, { cookie, origin })).toBe(101);
    expect(await handshake(url, { authorization })).toBe(101);
    const refused: Record<string, string>[] = [
      {},
      { cookie },
      { origin },
      { cookie, origin: 'https://evil.example' },
      { cookie, origin: 'null' },
      { cookie, origin, host: 'evil.example' },
      { authorization: 'Bearer guess' },
      { authorization, origin: 'https://evil.example' },
    ];
    for (const headers of refused) {
      expect([headers, await handshake(url, headers)]).toEqual([
        headers,
        headers['host'] === undefined ? 401 : 421,
      ]);
    }
  });

  it('tells what is watched, streams chats, and answers each request once', async () => {
    const { server } = await openWindow();
    const client = await Client.connect(server);
    expect(client.messages[0]).toMatchObject({
      type: 'event',
      event: { topic: 'app', revision: 1, value: { state: 'running' } },
    });
    const id = client.chat('what is this');
    expect(await client.response(id)).toEqual({ type: 'result', id, result: null });
    const events = client.messages.flatMap((message) =>
      message.type === 'event' && message.id === id
        ? [chatEventSchema.parse(message.event).type]
        : [],
    );
    expect(events).toEqual(['text', 'text', 'text', 'finished', 'done']);
  });

  it('cancels a chat on request, and those of a client that vanished', async () => {
    const folder = await temporaryFolder();
    const { server } = await openWindow({ folder });
    const cancelled = async (): Promise<number> =>
      (await logOf(folder)).split('chat cancelled').length - 1;
    const client = await Client.connect(server);
    const chat = client.chat('never end');
    await eventually('its first words', () =>
      client.messages.find((message) => message.type === 'event' && message.id === chat),
    );
    client.socket.send(JSON.stringify({ cancel: chat }));
    expect(await client.response(chat)).toMatchObject({ error: { code: 'cancelled' } });
    await eventuallyTrue('cancelled once', async () => (await cancelled()) === 1);

    const other = await Client.connect(server);
    const gone = other.chat('never end');
    await eventually('its first words', () =>
      other.messages.find((message) => message.type === 'event' && message.id === gone),
    );
    other.socket.terminate();
    await eventuallyTrue('cancelled twice', async () => (await cancelled()) === 2);
  });

  it('answers what it does not know with an error, and goes on', async () => {
    const { server } = await openWindow();
    const client = await Client.connect(server);
    for (const [method, params] of [
      ['formatDisk', {}],
      ['chat', { model: 'demo', messages: [] }],
      ['cancel', {}],
      ['importModel', { path: 7 }],
    ] as const) {
      const id = client.ask(method, params);
      expect(await client.response(id)).toMatchObject({
        type: 'error',
        error: { code: 'request-invalid' },
      });
    }
    expect(await client.response(client.ask('usage'))).toMatchObject({ type: 'result' });
  });

  it.each([
    ['no JSON', 'hello', 1008],
    ['no request', '{"type":"result"}', 1008],
    ['bytes', Buffer.from([1, 2, 3]), 1008],
    ['too much', 'x'.repeat(4 * 1024 * 1024 + 1), 1009],
  ])('closes on a client that sends %s', async (_what, message, code) => {
    const { server } = await openWindow();
    const client = await Client.connect(server);
    client.socket.send(message);
    const [closeCode] = (await once(client.socket, 'close')) as [number];
    expect(closeCode).toBe(code);
  });

  it('merges changes to what a topic may tell in a second', async () => {
    const { host, server } = await openWindow();
    const client = await Client.connect(server);
    client.watch(['shards']);
    const since = performance.now();
    for (let change = 0; change < 40; change += 1) {
      const layers = { firstLayer: 0, lastLayer: change };
      await host.call('changeSettings', { shards: [{ model: 'demo', layers }] });
    }
    await eventually('the last change', () =>
      client.told('shards').find(({ value }) => value?.[0]?.lastLayer === 39),
    );
    // The first event, a second one at once or after a second, and one for each second that the changes took.
    const most = 2 + (performance.now() - since) / 1000;
    expect(client.told('shards').length).toBeLessThanOrEqual(most);
    const revisions = client.told('shards').map(({ revision }) => revision);
    expect(revisions).toEqual(revisions.toSorted((one, other) => one - other));
  });

  it('lets go of a client that stopped reading, and keeps serving others', async () => {
    const { server } = await openWindow();
    const slow = await Client.connect(server);
    slow.socket.pause();
    slow.chat('flood');
    const other = await Client.connect(server);
    const closed = once(slow.socket, 'close');
    expect(await other.response(other.chat('hello'))).toMatchObject({ type: 'result' });
    await eventuallyTrue('only one client left', async () => {
      slow.socket.resume();
      return slow.socket.readyState === WebSocket.CLOSED;
    });
    await closed;
    expect(slow.messages.find((message) => message.type === 'result')).toBeUndefined();
  });

  it('says goodbye when the host stops, also to a client that does not listen', async () => {
    const { server } = await openWindow();
    const client = await Client.connect(server);
    const deaf = await Client.connect(server);
    deaf.socket.pause();
    const closed = once(client.socket, 'close');
    await server.close();
    expect(((await closed) as [number])[0]).toBe(1001);
  });
});

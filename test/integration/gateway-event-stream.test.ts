import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventStream } from '../../src-worker/node/gateway/event-stream.ts';

const large = 'x'.repeat(1024 * 1024);

describe('a stream of events', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  /** A response to a client that has sent its request and does not read. */
  async function responseTo(headers = ''): Promise<{
    response: ServerResponse;
    client: Socket;
  }> {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
    client.pause();
    client.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    return { response, client };
  }

  it('goes no faster than its client reads, and gives one up that does not', async () => {
    const { response } = await responseTo();
    const stream = new EventStream(response, { stallMs: 300, quietMs: 60_000 });
    stream.begin({});
    expect(await sendUntilRefused(stream)).toMatchObject({ code: 'timed-out' });
    expect(response.writableLength).toBeLessThan(4 * large.length);
  });

  it('breaks its silence with comments until it ends', async () => {
    const { response, client } = await responseTo();
    const received = textOf(client);
    const stream = new EventStream(response, { stallMs: 30_000, quietMs: 20 });
    stream.begin({});
    await vi.waitFor(() => expect(received()).toMatch(/: working\n[^]*: working\n/));
    await stream.send('{"a":1}');
    stream.end();
    await vi.waitFor(() => expect(received()).toMatch(/data: \{"a":1\}\n\n[^]*0\r\n\r\n$/));
    expect(received()).toMatch(/^connection: keep-alive\r$/im);
  });

  it('lets its connection close where the client asked for that', async () => {
    const { response, client } = await responseTo('Connection: close\r\n');
    const received = textOf(client);
    const stream = new EventStream(response, { stallMs: 30_000, quietMs: 60_000 });
    stream.begin({});
    await stream.send('{"a":1}');
    stream.end();
    await once(client, 'end');
    expect(received()).toMatch(/^connection: close\r$/im);
  });

  it('ends when its client leaves', async () => {
    const { response, client } = await responseTo();
    const stream = new EventStream(response, { stallMs: 30_000, quietMs: 60_000 });
    stream.begin({});
    const refused = sendUntilRefused(stream);
    client.destroy();
    expect(await refused).toMatchObject({ code: 'cancelled' });
    await expect(stream.send('more')).rejects.toMatchObject({ code: 'cancelled' });
  });
});

/** Makes a client read, and returns a function that gives what it has read. */
function textOf(client: Socket): () => string {
  let text = '';
  client.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  client.resume();
  return () => text;
}

async function sendUntilRefused(stream: EventStream): Promise<unknown> {
  try {
    // No kernel buffers this much.
    for (let sent = 0; sent < 1000; sent += 1) {
      await stream.send(large);
    }
    return 'everything was taken';
  } catch (error) {
    return error;
  }
}

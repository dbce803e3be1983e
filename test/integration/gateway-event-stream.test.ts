import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EventStream } from '../../src-worker/node/gateway/event-stream.ts';

const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const large = 'x'.repeat(1024 * 1024);

describe('a stream of events', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  /** A response to a client that sent its request and reads nothing. */
  async function responseTo(): Promise<{
    response: ServerResponse;
    client: ReturnType<typeof connect>;
  }> {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
    client.pause();
    client.write(request);
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    return { response, client };
  }

  it('goes no faster than its client reads, and gives one up that does not', async () => {
    const { response } = await responseTo();
    const stream = new EventStream(response, 300);
    stream.begin({});
    expect(await sendUntilRefused(stream)).toMatchObject({ code: 'timed-out' });
    expect(response.writableLength).toBeLessThan(4 * large.length);
  });

  it('ends when its client leaves', async () => {
    const { response, client } = await responseTo();
    const stream = new EventStream(response, 30_000);
    stream.begin({});
    const refused = sendUntilRefused(stream);
    client.destroy();
    expect(await refused).toMatchObject({ code: 'cancelled' });
    await expect(stream.send('more')).rejects.toMatchObject({ code: 'cancelled' });
  });
});

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

/** A node process with a faulty host: it answers or ignores messages, goes on, and ends when it should. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { RawNode } from '../support/host/raw-node.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

function launch(): RawNode {
  const node = new RawNode();
  onTestFinished(async () => {
    node.kill('SIGKILL');
    await node.ended();
  });
  return node;
}

const soundConfig = {
  dataFolder: '/data',
  listen: ['/ip4/127.0.0.1/tcp/0'],
  mdns: false,
  gateway: { port: 0, apiKey: 'mm-key-of-a-host-out-of-its-mind' },
  engine: { threads: 1, backend: 'cpu' },
};

async function startParams(): Promise<object> {
  return { ...soundConfig, dataFolder: await temporaryFolder() };
}

const megabytes = 'x'.repeat(8 * 1024 * 1024);
const running = { type: 'result', result: { models: [], shards: [] } };

describe('a host that talks nonsense', () => {
  /** All tests share one node: harm from one message shows in the next tests. */
  let node: RawNode;
  let nextId = 100;
  beforeAll(() => {
    node = new RawNode();
  });
  afterAll(async () => {
    node.kill('SIGKILL');
    await node.ended();
  });

  it.each([
    ['no request at all', ['hello', 7, true, {}, []]],
    [
      'requests without a number, or with a wrong one',
      [
        { method: 'status', params: {} },
        { id: '1', method: 'status' },
        { id: 1.5, method: 'status' },
      ],
    ],
    ['requests without a method', [{ id: 1 }, { id: 1, method: 7, params: {} }]],
    ['requests without parameters', [{ id: 1, method: 'status' }]],
    ['eight megabytes that are no request', [megabytes, { id: megabytes, method: 'status' }]],
  ])('is not answered, and the log says so: %s', async (_, messages) => {
    const before = node.logs.length;
    const id = nextId++;
    node.send(...messages, { id, method: 'status', params: {} });
    expect(await node.responses(id)).toMatchObject([{ error: { code: 'not-running' } }]);
    const logged = node.logs.slice(before);
    expect(logged).toHaveLength(messages.length);
    for (const line of logged) {
      expect(line).toContain('The host sent something that is not a request');
      expect(line.length).toBeLessThan(1000);
    }
  });

  it.each([
    ['an unknown method', 'fly', {}],
    ['a method of every object', 'toString', {}],
    ['a method of eight megabytes', megabytes, {}],
    ['parameters of the wrong type', 'start', { dataFolder: 7, listen: 'everywhere' }],
    ['a port that does not exist', 'start', { gateway: { port: 65_536 } }],
    [
      'more shards than a node may host',
      'configure',
      { ...soundConfig, shards: Array.from({ length: 100_000 }, () => ({ model: 'x' })) },
    ],
    [
      'a range that ends before it begins',
      'configure',
      { ...soundConfig, shards: [{ model: 'x', layers: { firstLayer: 3, lastLayer: 1 } }] },
    ],
    ['a chat without messages', 'chat', { model: 'x', messages: [] }],
    [
      'a message of eight megabytes',
      'chat',
      { model: 'x', messages: [{ role: 'user', content: megabytes }] },
    ],
  ])('gets a refusal for %s', async (_, method, params) => {
    const id = nextId++;
    node.send({ id, method, params });
    const [answer] = await node.responses(id);
    expect(answer).toMatchObject({ type: 'error', error: { code: 'request-invalid' } });
    expect(JSON.stringify(answer).length).toBeLessThan(5000);
  });

  it('may leave all the same, and the node ends in order', async () => {
    node.disconnect();
    expect(await node.ended()).toEqual([0, null]);
  });
});

describe('a node that runs', () => {
  it('goes on whatever its host says', async () => {
    const node = launch();
    node.send({ id: 1, method: 'start', params: await startParams() });
    expect(await node.responses(1)).toMatchObject([running]);
    node.send(
      megabytes,
      { id: 2, method: 'importModel', params: { path: `/${megabytes}` } },
      { id: 3, method: 'removeModel', params: { model: megabytes } },
      { cancel: 12 },
      { id: 4, method: 'ping', params: {} },
      {
        id: 5,
        method: 'chat',
        params: { model: 'x', messages: [{ role: 'user', content: '' }] },
      },
      { id: 6, method: 'start', params: await startParams() },
      { id: 7, method: 'status', params: { of: 'the weather' } },
    );
    expect(await node.responses(2)).toMatchObject([{ error: { code: 'request-invalid' } }]);
    expect(await node.responses(3)).toMatchObject([{ error: { code: 'request-invalid' } }]);
    expect(await node.responses(4)).toMatchObject([{ type: 'result', result: null }]);
    expect(await node.responses(5)).toMatchObject([{ error: { code: 'model-not-found' } }]);
    expect(await node.responses(6)).toMatchObject([{ error: { code: 'request-invalid' } }]);
    expect(await node.responses(7)).toMatchObject([running]);
  });

  it('answers a flood of requests one by one', async () => {
    const node = launch();
    node.send({ id: 1, method: 'start', params: await startParams() });
    await node.responses(1);
    const ids = Array.from({ length: 2000 }, (_, index) => 2 + index);
    node.send(...ids.map((id) => ({ id, method: 'status', params: {} })));
    await node.responses(2001);
    expect(node.responded).toEqual([1, ...ids]);
  });

  it('is one, however often its host asks for the start at once', async () => {
    const node = launch();
    const params = await startParams();
    node.send({ id: 1, method: 'start', params }, { id: 2, method: 'start', params });
    expect(await node.responses(2)).toMatchObject([{ error: { code: 'request-invalid' } }]);
    expect(await node.responses(1)).toMatchObject([running]);
  });
});

describe('a host that leaves', () => {
  it('may ask twice for the end: the node answers and ends with code 0', async () => {
    const node = launch();
    node.send({ id: 1, method: 'start', params: await startParams() });
    await node.responses(1);
    node.send({ id: 2, method: 'stop', params: {} }, { id: 3, method: 'stop', params: {} });
    expect(await node.ended()).toEqual([0, null]);
    expect(await node.responses(2)).toMatchObject([{ type: 'result', result: null }]);
  });

  it.each(['disconnect', 'SIGTERM'] as const)(
    'while the node starts does not make it stay: %s',
    async (how) => {
      const node = launch();
      node.send(
        { id: 1, method: 'start', params: await startParams() },
        { id: 2, method: 'status', params: {} },
      );
      expect(await node.responses(2)).toMatchObject([{ error: { code: 'not-running' } }]);
      if (how === 'disconnect') {
        node.disconnect();
      } else {
        node.kill(how);
      }
      expect(await node.ended()).toEqual([0, null]);
    },
  );

  it('before it ever asked for anything is not waited for', async () => {
    const node = launch();
    node.disconnect();
    expect(await node.ended()).toEqual([0, null]);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { askedUsage } from '../../test/support/host/host-usage.ts';
import { AppError, type ErrorCode } from '../../src-shared/errors.ts';
import type { ImportedModel } from '../../src-shared/api/models.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { serverMessageSchema, type ServerMessage } from '../../src-shared/rpc/contract.ts';
import { type NodeHandlers, serveHost } from './host-link.ts';

const status: NodeStatus = {
  peer: '12D3KooWSelf',
  addresses: [],
  gatewayPort: 11_535,
  shards: [],
  peers: [],
  models: [],
  requests: { active: 0, queued: 0 },
  tokensPerSecond: 0,
};

/** Responses take a few turns of the event loop. */
const soon = { interval: 1, timeout: 5000 };

function refuse(): never {
  throw new AppError('not-running', 'The node has not been started yet.');
}

/** A node with the given handlers, and a host that collects the node's messages. */
function serve(given: Partial<NodeHandlers> = {}) {
  const heard: ServerMessage[] = [];
  const listeners: ((message: unknown) => void)[] = [];
  serveHost(
    {
      send: (message) => heard.push(serverMessageSchema.parse(structuredClone(message))),
      onMessage: (listener) => void listeners.push(listener),
    },
    () => given,
  );
  const say = (message: unknown): void => {
    for (const listener of listeners) {
      listener(message);
    }
  };
  return { heard, say, hears: (count: number) => vi.waitUntil(() => heard.length >= count, soon) };
}

/** The first message, except notices, that the host gets after one request. */
async function responseTo(
  request: object,
  given: Partial<NodeHandlers> = {},
): Promise<ServerMessage> {
  const { heard, say } = serve(given);
  say({ id: 7, params: {}, ...request });
  return await vi.waitUntil(() => heard.find(({ type }) => type !== 'notice'), soon);
}

describe('a request', () => {
  it('is answered by its number with the handler’s result', async () => {
    expect(await responseTo({ method: 'status' }, { status: () => status })).toEqual({
      type: 'result',
      id: 7,
      result: status,
    });
    expect(await responseTo({ method: 'stop' }, { stop: () => Promise.resolve(null) })).toEqual({
      type: 'result',
      id: 7,
      result: null,
    });
  });

  it('reaches its handler parsed: with all defaults, without unknown fields', async () => {
    const chat = vi.fn<NodeHandlers['chat']>(() => Promise.resolve(null));
    const request = { model: 'demo', messages: [{ role: 'user', content: 'Hi' }], mood: 'good' };
    await responseTo({ method: 'chat', params: request }, { chat });
    expect(chat).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ stop: [], choices: 1 }),
      expect.anything(),
    );
    expect(chat.mock.calls[0]?.[0]).not.toHaveProperty('mood');
  });

  it('is not delayed by one that takes longer', async () => {
    const first = Promise.withResolvers<ImportedModel>();
    const { heard, say, hears } = serve({ importModel: () => first.promise, status: () => status });
    say({ id: 1, method: 'importModel', params: { path: '/a.gguf' } });
    say({ id: 2, method: 'status', params: {} });
    await hears(1);
    expect(heard).toMatchObject([{ id: 2 }]);
    first.reject(new AppError('gguf-invalid', 'Not a model.'));
    await hears(2);
    expect(heard[1]).toMatchObject({ id: 1, error: { code: 'gguf-invalid' } });
  });

  it.each([
    ['an unknown method', { method: 'fly' }],
    ['a method that every object has', { method: 'constructor' }],
    ['a method that is none of an object', { method: '__proto__' }],
    ['wrong parameters', { method: 'cancelDownload', params: { model: 1 } }],
    ['no parameters where some are needed', { method: 'removeModel', params: null }],
  ])('with %s is refused before any handler sees it', async (_, request) => {
    const handlers = { cancelDownload: vi.fn<NodeHandlers['cancelDownload']>(() => null) };
    expect(await responseTo(request, handlers)).toMatchObject({
      type: 'error',
      id: 7,
      error: { code: 'request-invalid' },
    });
    expect(handlers.cancelDownload).not.toHaveBeenCalled();
  });
});

describe('a failure', () => {
  it.each<[string, NodeHandlers['status']]>([
    ['thrown', refuse],
    // eslint-disable-next-line typescript/no-misused-promises
    [
      'rejected',
      () => Promise.reject(new AppError('not-running', 'The node has not been started yet.')),
    ],
  ])('that is expected is sent as code and sentence only, and not logged: %s', async (_, fail) => {
    const { heard, say, hears } = serve({ status: fail });
    say({ id: 1, method: 'status', params: {} });
    await hears(1);
    const error = {
      code: 'not-running' as ErrorCode,
      message: 'The node has not been started yet.',
    };
    expect(heard).toEqual([{ type: 'error', id: 1, error }]);
  });

  it('that was not expected is logged with its causes', async () => {
    const { heard, say, hears } = serve({
      status: () => {
        throw new TypeError('x is not a function', { cause: new Error('a slip') });
      },
    });
    say({ id: 1, method: 'status', params: {} });
    await hears(2);
    expect(heard).toMatchObject([
      {
        type: 'notice',
        name: 'log',
        value: { level: 'warn', message: expect.stringMatching(/x is not.+caused by.+a slip/s) },
      },
      { type: 'error', id: 1, error: { code: 'internal' } },
    ]);
  });

  it('is never longer than the host accepts', async () => {
    const name = 'x'.repeat(100_000);
    const removeModel = (): never => {
      throw new AppError('model-not-found', `No model is called '${name}'.`);
    };
    for (const request of [{ method: name }, { method: 'removeModel', params: { model: 'x' } }]) {
      const response = await responseTo(request, { removeModel });
      expect(response.type === 'error' && response.error.message.length).toBe(4096);
    }
  });
});

describe('a message that is not a request', () => {
  it.each([
    [undefined],
    [null],
    ['status'],
    [[]],
    [{ method: 'status', params: {} }],
    [{ id: Number.NaN, method: 'status', params: {} }],
    [{ id: 1, method: {}, params: {} }],
    [{ type: 'notice', name: 'usage', value: askedUsage() }],
  ])('is logged, and the next request is answered: %j', async (message) => {
    const { heard, say, hears } = serve({ status: () => status });
    say(message);
    say({ id: 1, method: 'status', params: {} });
    await hears(2);
    expect(heard).toMatchObject([
      { type: 'notice', name: 'log', value: { level: 'warn', source: 'node' } },
      { type: 'result', id: 1 },
    ]);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { lenientList } from '../lenient-list.ts';
import { RpcClient } from './client.ts';
import { type ServerMessage, type ClientMessage, passedOnMethods } from './contract.ts';
import { type CallContext, type Handlers, RpcServer } from './server.ts';

const contract = {
  methods: {
    double: {
      params: z.object({ number: z.int(), times: z.int().default(2) }),
      result: z.int(),
      deadlineMs: 1000,
      passedOn: true,
    },
    set: {
      params: z.object({ value: z.int() }),
      result: z.null(),
      deadlineMs: null,
      invalidCode: 'setting-invalid',
    },
    count: {
      params: z.object({ to: z.int() }),
      event: z.object({ at: z.int(), things: lenientList(z.int(), 'things').default([]) }),
      result: z.literal('over'),
      deadlineMs: null,
    },
    list: { params: z.object({}), result: lenientList(z.int(), 'numbers'), deadlineMs: null },
  },
  notices: { weather: z.object({ warm: z.boolean() }) },
} as const;
type Api = typeof contract;
type Count = CallContext<{ at: number; things: number[] }>;

const gone = (): Error => new AppError('child-failed', 'The other end is gone.');

/** Both ends of a link in one process; what crosses it goes through JSON, as on any real link. */
function connected(
  given: Partial<Handlers<Api>> = {},
  { isStarted = true, ...options }: { maxPending?: number; isStarted?: boolean } = {},
) {
  const crossed: (ClientMessage | ServerMessage)[] = [];
  const problems: string[] = [];
  const leftOut: string[] = [];
  const weather: boolean[] = [];
  const internal: string[] = [];
  const server: RpcServer<Api> = new RpcServer({
    contract,
    handlers: () =>
      !isStarted
        ? {}
        : {
            double: ({ number, times }) => number * times,
            set: () => null,
            count: ({ to }, { emit }) => {
              for (let at = 1; at <= to; at += 1) {
                emit({ at, things: [] });
              }
              return 'over';
            },
            list: () => [1, 2],
            ...given,
          },
    send: (message) => {
      crossed.push(message);
      client.receive(JSON.parse(JSON.stringify(message)));
    },
    onInternalError: ({ message }) => internal.push(message),
    ...options,
  });
  const client: RpcClient<Api> = new RpcClient({
    contract,
    server: 'the other end',
    ended: gone,
    send: (message) => {
      crossed.push(message);
      void server.receive(JSON.parse(JSON.stringify(message)));
    },
    notices: { weather: ({ warm }) => weather.push(warm) },
    onBadMessage: (problem) => problems.push(problem),
    onLeftOut: (_, sentences) => leftOut.push(...sentences),
  });
  return { client, server, crossed, problems, leftOut, weather, internal };
}

/** A client whose other end is played by the test. */
function asker(
  send: (message: ClientMessage, failed: (cause: unknown) => void) => void = () => {},
) {
  const problems: string[] = [];
  const client = new RpcClient<Api>({
    contract,
    server: 'the other end',
    ended: gone,
    send,
    notices: { weather: () => {} },
    onBadMessage: (problem) => problems.push(problem),
  });
  return { client, problems };
}

describe('a request', () => {
  it('is passed to the handler of its method, which gets all defaults', async () => {
    const { client } = connected();
    expect(await client.call('double', { number: 4 })).toBe(8);
    expect(await client.call('double', { number: 4, times: 3 })).toBe(12);
  });

  it('is not delayed by one that takes longer', async () => {
    const slow = Promise.withResolvers<null>();
    const { client } = connected({ set: () => slow.promise });
    const first = client.call('set', { value: 1 });
    expect(await client.call('double', { number: 1 })).toBe(2);
    slow.resolve(null);
    expect(await first).toBeNull();
  });

  it('with parameters that the contract refuses never crosses the link, and fails with the method’s code', async () => {
    const { client, crossed } = connected();
    const wrong = { number: 'four' as unknown as number };
    await expect(client.call('double', wrong)).rejects.toMatchObject({
      code: 'request-invalid',
      message: 'This request makes no sense: number must be a number.',
      cause: expect.objectContaining({ message: expect.stringContaining('"double"') }),
    });
    await expect(client.call('set', { value: 0.5 })).rejects.toMatchObject({
      code: 'setting-invalid',
    });
    expect(crossed).toEqual([]);
  });

  it('fails with the code and sentence of what the handler threw, and nothing else of it', async () => {
    const { client, crossed, internal } = connected({
      double: () => {
        throw new AppError('no-route', 'Nobody doubles.', { cause: new Error('secret') });
      },
    });
    await expect(client.call('double', { number: 1 })).rejects.toMatchObject({
      code: 'no-route',
      message: 'Nobody doubles.',
    });
    expect(crossed.at(-1)).toEqual({
      type: 'error',
      id: 1,
      error: { code: 'no-route', message: 'Nobody doubles.' },
    });
    expect(internal).toEqual([]);
  });

  it('that failed unexpectedly is logged by the server', async () => {
    const { client, internal } = connected({
      list: () => {
        throw new TypeError('x is not a function');
      },
    });
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'internal' });
    expect(internal).toEqual([expect.stringContaining('x is not a function')]);
  });

  it('fails when its response is not valid by the contract', async () => {
    const { client, problems } = connected({ double: () => 0.5 });
    await expect(client.call('double', { number: 1 })).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('What the other end answered is not valid'),
      cause: expect.objectContaining({ message: 'the response to "double" is not valid' }),
    });
    expect(problems).toEqual([expect.stringContaining('double: ')]);
  });

  it('resolves without the entries of a list that cannot be read, which are reported', async () => {
    const { client, leftOut } = connected({ list: () => [1, 'two' as unknown as number, 3] });
    expect(await client.call('list', {})).toEqual([1, 3]);
    expect(leftOut).toEqual([expect.stringContaining('One of the numbers cannot be read')]);
  });

  it('that cannot be sent fails alone', async () => {
    const { client } = asker((message, failed) => {
      if ('id' in message && message.id === 2) {
        failed(new Error('a broken pipe'));
      }
    });
    const first = client.call('double', { number: 1 });
    await expect(client.call('double', { number: 2 })).rejects.toMatchObject({
      code: 'child-failed',
    });
    client.receive({ type: 'result', id: 1, result: 2 });
    expect(await first).toBe(2);
  });

  it('fails when the link ends before the response, and so does each later one', async () => {
    const { client } = asker();
    const question = client.call('list', {});
    client.close();
    await expect(question).rejects.toMatchObject({ code: 'child-failed' });
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'child-failed' });
    expect(client.isClosed).toBe(true);
  });

  it('is cancelled when its signal aborts: it fails at once, and the signal of the handler aborts', async () => {
    let told: AbortSignal | undefined;
    const { client } = connected({
      set: (_, { signal }) => {
        told = signal;
        return new Promise(() => {});
      },
    });
    const abort = new AbortController();
    const question = client.call('set', { value: 1 }, { signal: abort.signal });
    abort.abort();
    await expect(question).rejects.toMatchObject({ code: 'cancelled' });
    expect(told?.aborted).toBe(true);
  });

  it('is never sent when its signal has aborted before', async () => {
    const { client, crossed } = connected();
    const signal = AbortSignal.abort();
    await expect(client.call('list', {}, { signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(crossed).toEqual([]);
  });
});

describe('a deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ends the wait for a response, and a later response is ignored', async () => {
    const { client, problems } = asker();
    const question = client.call('double', { number: 1 });
    const failure = question.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await failure).toMatchObject({
      code: 'timed-out',
      message: expect.stringContaining('No answer came from the other end within 1 seconds'),
    });
    client.receive({ type: 'result', id: 1, result: 2 });
    expect(problems).toEqual([]);
  });

  it('is absent where a method may take any time, and for a method that is passed on', async () => {
    const { client } = asker();
    let isSettled = false;
    void client.call('list', {}).finally(() => {
      isSettled = true;
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(isSettled).toBe(false);
    const passedOn = passedOnMethods(contract.methods);
    expect(Object.keys(passedOn)).toEqual(['double']);
    expect(passedOn.double.deadlineMs).toBeNull();
  });
});

describe('a stream', () => {
  it('has its events in order before the response', async () => {
    const { client } = connected();
    const events: number[] = [];
    const over = client.stream('count', { to: 3 }, { onEvent: ({ at }) => events.push(at) });
    expect(await over).toBe('over');
    expect(events).toEqual([1, 2, 3]);
  });

  it('has no more events once it was cancelled', async () => {
    let context: Count | undefined;
    const { client, crossed } = connected({
      count: (_, given) => {
        context = given;
        return new Promise((_resolve, reject) => {
          given.signal.addEventListener('abort', () => reject(new AppError('cancelled', 'Yes.')));
        });
      },
    });
    const events: number[] = [];
    const abort = new AbortController();
    const over = client.stream(
      'count',
      { to: 3 },
      { onEvent: ({ at }) => events.push(at), signal: abort.signal },
    );
    context?.emit({ at: 1, things: [] });
    abort.abort();
    context?.emit({ at: 2, things: [] });
    await expect(over).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitUntil(() =>
      crossed.some((message) => 'type' in message && message.type === 'error'),
    );
    const before = crossed.length;
    context?.emit({ at: 3, things: [] });
    expect(events).toEqual([1]);
    expect(crossed).toHaveLength(before);
  });

  it('reports with an event the entries that were left out', async () => {
    const { client } = asker();
    const told: (readonly string[])[] = [];
    const over = client.stream('count', { to: 1 }, { onEvent: (_, leftOut) => told.push(leftOut) });
    client.receive({ type: 'event', id: 1, event: { at: 1, things: [1, 'two'] } });
    client.receive({ type: 'result', id: 1, result: 'over' });
    await over;
    expect(told).toEqual([[expect.stringContaining('One of the things cannot be read')]]);
  });

  it('ends with the client', async () => {
    const signals: AbortSignal[] = [];
    const { client, server } = connected({
      count: (_, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    client.stream('count', { to: 1 }, { onEvent: () => {} }).catch(() => {});
    server.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe('a notice', () => {
  it('reaches the listener of its name', () => {
    const { server, weather } = connected();
    server.tell('weather', { warm: true });
    expect(weather).toEqual([true]);
  });

  it.each([
    { type: 'notice', name: 'weather', value: { warm: 'very' } },
    { type: 'notice', name: 'toString', value: {} },
    { type: 'notice', name: 'tides', value: {} },
    { type: 'event', id: 0, event: {} },
    { type: 'song' },
    'weather',
    null,
    undefined,
  ])('that makes no sense is told and changes nothing: %j', async (message) => {
    const { client, problems, weather } = connected();
    client.receive(message);
    expect(problems).toHaveLength(1);
    expect(weather).toEqual([]);
    expect(await client.call('double', { number: 1 })).toBe(2);
  });

  it('that should have been a response fails the request of its number', async () => {
    const { client } = asker();
    const question = client.call('list', {});
    client.receive({ type: 'error', id: 1, error: 'no' });
    await expect(question).rejects.toMatchObject({ code: 'internal' });
  });
});

/** The messages of the server after one message to it. */
async function responses(message: unknown): Promise<unknown[]> {
  const { server, crossed } = connected({ set: () => new Promise(() => {}) });
  await server.receive(message);
  return crossed;
}

describe('the server', () => {
  it.each([{ method: 'fly' }, { method: 'constructor' }, { method: '__proto__' }])(
    'refuses a method that it does not have: %j',
    async ({ method }) => {
      expect(await responses({ id: 1, method, params: {} })).toMatchObject([
        { type: 'error', id: 1, error: { code: 'request-invalid' } },
      ]);
    },
  );

  it('checks parameters, whatever the client did', async () => {
    expect(await responses({ id: 1, method: 'double', params: null })).toMatchObject([
      { type: 'error', id: 1, error: { code: 'request-invalid' } },
    ]);
  });

  it.each([
    undefined,
    null,
    'double',
    [],
    { id: 0, method: 'list', params: {} },
    { method: 'list' },
  ])('refuses a message that is not a request: %j', async (message) => {
    await expect(responses(message)).rejects.toMatchObject({ code: 'protocol-violation' });
  });

  it('takes no number twice at once', async () => {
    const { server } = connected({ set: () => new Promise(() => {}) });
    const question = { id: 1, method: 'set', params: { value: 1 } };
    void server.receive(question);
    await expect(server.receive(question)).rejects.toMatchObject({ code: 'protocol-violation' });
  });

  it('handles no more requests at once than its limit', async () => {
    const { server, crossed } = connected({ set: () => new Promise(() => {}) }, { maxPending: 2 });
    for (const id of [1, 2]) {
      void server.receive({ id, method: 'set', params: { value: 1 } });
    }
    await server.receive({ id: 3, method: 'set', params: { value: 1 } });
    expect(crossed).toMatchObject([{ type: 'error', id: 3, error: { code: 'over-capacity' } }]);
  });

  it('refuses a method whose handler is not there yet', async () => {
    const { client } = connected({}, { isStarted: false });
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'not-running' });
  });

  it('ignores the cancellation of a request that has ended', async () => {
    expect(await responses({ cancel: 12 })).toEqual([]);
  });
});

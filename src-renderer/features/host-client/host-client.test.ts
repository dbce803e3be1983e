import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatEvent } from '../../../src-shared/chat.ts';
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { createHostClient } from './host-client.ts';
import type { LinkEvents, Transport } from './transport.ts';

const snapshot: HostSnapshot = {
  version: '0.1.0',
  state: 'running',
  fault: null,
  consent: 'given',
  warnings: [],
  duty: { state: 'starting', sentence: 'Starting', answersOwner: false, pause: null },
  node: null,
  imports: [],
  api: { baseUrl: 'http://127.0.0.1:6374/v1' },
  dataFolder: '/data',
  startedAt: 0,
};

/** The topics of a snapshot, as a host sends them. */
function topicsOf({ duty, node, imports, ...app }: HostSnapshot): object[] {
  const { shards = null, peers = null, models = null, downloads = null, ...rest } = node ?? {};
  const told = { app, duty, node: node && rest, shards, peers, models, downloads, imports };
  return Object.entries(told).map(([topic, value]) => ({ topic, revision: 1, value }));
}

/** A host that the test controls: it records what the window sends, and answers as the test says. */
function playedHost() {
  const links: { events: LinkEvents; sent: unknown[]; closed: boolean }[] = [];
  const transport: Transport = {
    connect: (events) => {
      const link = { events, sent: [] as unknown[], closed: false };
      links.push(link);
      return {
        send: (text) => link.sent.push(JSON.parse(text)),
        close: () => {
          link.closed = true;
        },
      };
    },
  };
  const newest = () => {
    const link = links.at(-1);
    if (link === undefined) {
      throw new Error('Nobody has connected yet.');
    }
    return link;
  };
  return {
    transport,
    links,
    newest,
    say: (message: unknown) => newest().events.onText(JSON.stringify(message)),
    /** The window's first request is for the snapshot, with the number 1. */
    sayHello: (given = snapshot) => {
      const { events } = newest();
      events.onOpen();
      for (const event of topicsOf(given)) {
        events.onText(JSON.stringify({ type: 'event', id: 1, event }));
      }
    },
  };
}

const model = {
  manifestId: 'a'.repeat(64),
  name: 'Good',
  architecture: 'llama',
  layers: 4,
  width: 64,
  contextLength: 512,
  sizeBytes: 1000,
  quantisation: 'Q8_0',
  alias: null,
  path: null,
  available: true,
};

const node: NonNullable<HostSnapshot['node']> = {
  peer: 'this',
  addresses: [],
  gatewayPort: 6374,
  shards: [],
  peers: [],
  models: [model],
  requests: { active: 0, queued: 0 },
  tokensPerSecond: 0,
};

describe('the window and its host', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, 'warn').mockImplementation(() => {});
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('is connected from the first snapshot on and tells its listeners', () => {
    const host = playedHost();
    const client = createHostClient(host.transport);
    const seen: string[] = [];
    client.subscribe(() => seen.push(client.getView().connection));

    expect(client.getView()).toEqual({ connection: 'connecting', snapshot: null });
    host.sayHello();

    expect(client.getView()).toEqual({ connection: 'connected', snapshot });
    expect(seen).toEqual(['connected']);
  });

  it('matches answers to questions by id and ignores answers without a question', async () => {
    const host = playedHost();
    const client = createHostClient(host.transport);
    host.sayHello();
    const first = client.request('usage', {});
    const second = client.request('windowAddress', {});

    host.say({ type: 'result', id: 99, result: null });
    host.say({ type: 'result', id: 3, result: { url: 'http://127.0.0.1/' } });
    host.say({ type: 'error', id: 2, error: { code: 'internal', message: 'No usage today.' } });

    await expect(second).resolves.toEqual({ url: 'http://127.0.0.1/' });
    await expect(first).rejects.toMatchObject({ code: 'internal', message: 'No usage today.' });
  });

  it('survives whatever comes in, and fails a question whose answer has the wrong shape', async () => {
    const host = playedHost();
    const client = createHostClient(host.transport);
    host.sayHello();
    const question = client.request('usage', {});

    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"type":"result"}',
      '{"type":"event","id":1,"event":{"topic":"app"}}',
    ]) {
      host.newest().events.onText(text);
    }
    host.say({ type: 'result', id: 2, result: { answers: 'many' } });

    await expect(question).rejects.toMatchObject({ code: 'internal' });
    expect(client.getView().snapshot).toEqual(snapshot);
  });

  it('shows a snapshot of which one entry is bad without it, and says so', () => {
    const host = playedHost();
    const client = createHostClient(host.transport);
    const bad = { ...model, name: 'Bad', sizeBytes: 0 };
    host.sayHello({ ...snapshot, node: { ...node, models: [bad, model] } });
    const shown = client.getView().snapshot;
    expect(shown?.node?.models).toEqual([model]);
    expect(shown?.warnings).toEqual([
      { code: 'told', message: expect.stringContaining('is left out: "Bad"') },
    ]);
    client.close();
  });

  it('takes an answer of which one entry is bad without it', async () => {
    const host = playedHost();
    const client = createHostClient(host.transport);
    host.sayHello();
    const pools = client.request('poolList', {});
    host.say({ type: 'result', id: 2, result: [{ id: 'no pool' }] });
    expect(await pools).toEqual([]);
    expect(console.warn).toHaveBeenCalledOnce();
    client.close();
  });

  it('streams a chat and cancels it by the id it was asked under', async () => {
    const host = playedHost();
    const client = createHostClient(host.transport);
    host.sayHello();
    const events: ChatEvent[] = [];
    const stop = new AbortController();
    const request = { model: 'demo', messages: [{ role: 'user' as const, content: 'Hi' }] };
    const chat = client.chat(request, (event) => events.push(event), stop.signal);

    const text = { type: 'text', choice: 0, text: 'Hello', tokens: 1 };
    host.say({ type: 'event', id: 2, event: text });
    stop.abort();
    host.say({ type: 'error', id: 2, error: { code: 'cancelled', message: 'Cancelled.' } });

    await expect(chat).rejects.toMatchObject({ code: 'cancelled' });
    expect(events).toEqual([text]);
    expect(host.newest().sent.slice(1)).toEqual([
      { id: 2, method: 'chat', params: request },
      { cancel: 2 },
    ]);
  });

  it('watches a topic until it is told to stop', async () => {
    const host = playedHost();
    const client = createHostClient(host.transport);
    host.sayHello();
    const told: unknown[] = [];
    const stop = new AbortController();
    const watching = client.watch(['pools'], (event) => told.push(event), stop.signal);
    host.say({ type: 'event', id: 2, event: { topic: 'pools', revision: 7, value: [] } });
    host.say({ type: 'event', id: 2, event: { topic: 'pools', revision: 8, value: 'none' } });
    stop.abort();
    await expect(watching).rejects.toMatchObject({ code: 'cancelled' });
    expect(told).toEqual([{ topic: 'pools', revision: 7, value: [] }]);
    expect(host.newest().sent.at(-1)).toEqual({ cancel: 2 });
  });

  it('fails open questions when the connection breaks, keeps the snapshot, and connects again', async () => {
    const host = playedHost();
    const client = createHostClient(host.transport);
    host.sayHello();
    const question = client.request('usage', {});

    host.newest().events.onEnd('lost');

    await expect(question).rejects.toMatchObject({ name: 'ConnectionLostError' });
    expect(client.getView()).toEqual({ connection: 'lost', snapshot });
    await vi.advanceTimersByTimeAsync(250);
    expect(host.links).toHaveLength(2);
    host.sayHello();
    expect(client.getView().connection).toBe('connected');
  });

  it('answers a question at once with an error while there is no connection', async () => {
    const client = createHostClient(playedHost().transport);

    await expect(client.request('usage', {})).rejects.toMatchObject({
      name: 'ConnectionLostError',
    });
  });

  it('tries at once when asked to, but never twice at the same time', () => {
    const host = playedHost();
    const client = createHostClient(host.transport);
    host.newest().events.onEnd('lost');

    client.reconnectNow();
    client.reconnectNow();
    vi.advanceTimersByTime(60_000);

    expect(host.links).toHaveLength(2);
  });

  it('does not knock again when the host does not know this window any more', () => {
    const host = playedHost();
    const client = createHostClient(host.transport);

    host.newest().events.onEnd('signed-out');
    vi.advanceTimersByTime(60_000);

    expect(client.getView().connection).toBe('signed-out');
    expect(host.links).toHaveLength(1);
  });

  it('is let in again when asked to try after another tab has signed in', () => {
    const host = playedHost();
    const client = createHostClient(host.transport);
    host.newest().events.onEnd('signed-out');

    client.reconnectNow();
    host.sayHello();

    expect(client.getView().connection).toBe('connected');
  });

  it('stays closed after it was closed', () => {
    const host = playedHost();
    const client = createHostClient(host.transport);

    client.close();
    host.newest().events.onEnd('lost');
    vi.advanceTimersByTime(60_000);

    expect(host.links).toHaveLength(1);
    expect(host.newest().closed).toBe(true);
  });
});

/** A change in one window shows in every other one, and topics without a watcher are not sent. */
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { appFiles } from '../../src-main/base/app-files.ts';
import {
  type DashboardServer,
  startDashboardServer,
} from '../../src-main/control/dashboard-server.ts';
import { type HostApi, hostApi } from '../../src-shared/api/host-api.ts';
import type { Topic, TopicEvent, TopicValues } from '../../src-shared/api/topics.ts';
import { AppError } from '../../src-shared/errors.ts';
import { RpcClient } from '../../src-shared/rpc/client.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { eventually, eventuallyTrue } from '../support/host/host-processes.ts';
import { standInHost } from '../support/host/host-stand-in.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

/** A window that sends requests and records what it got and when. */
class Window {
  readonly #client: RpcClient<HostApi>;
  readonly #told: { readonly event: TopicEvent; readonly at: number }[] = [];

  static async open({ control }: DashboardServer): Promise<Window> {
    const socket = new WebSocket(control.url, {
      headers: { authorization: `Bearer ${control.token}` },
    });
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    return new Window(socket);
  }

  private constructor(socket: WebSocket) {
    this.#client = new RpcClient({
      contract: hostApi,
      server: 'the host',
      ended: () => new AppError('not-running', 'The host is gone.'),
      send: (message) => socket.send(JSON.stringify(message)),
      notices: {},
      onBadMessage: (problem) => expect.unreachable(problem),
    });
    socket.on('message', (data: Buffer) => this.#client.receive(JSON.parse(data.toString())));
  }

  get ask(): RpcClient<HostApi>['call'] {
    return (method, params) => this.#client.call(method, params);
  }

  /** Resolves when each topic has had an event. */
  async watch(...topics: Topic[]): Promise<void> {
    const onEvent = (event: TopicEvent): void => {
      this.#told.push({ event, at: performance.now() });
    };
    this.#client.stream('watch', { topics }, { onEvent }).catch(() => {});
    await eventuallyTrue('all topics', () => topics.every((each) => this.topics.includes(each)));
  }

  get topics(): readonly Topic[] {
    return this.#told.map(({ event }) => event.topic);
  }

  /** Everything that it received. */
  get text(): string {
    return JSON.stringify(this.#told);
  }

  /** When a topic first had a value for which `isWanted` is true. */
  seen<T extends Topic>(topic: T, isWanted: (value: TopicValues[T]) => boolean): Promise<number> {
    return eventually(
      `${topic} as wanted`,
      () =>
        this.#told.find(
          ({ event }) => event.topic === topic && isWanted(event.value as TopicValues[T]),
        )?.at,
    );
  }
}

/** A host with its real node, and a function that connects windows to it. */
async function hostWithWindows(): Promise<{ server: DashboardServer; dataFolder: string }> {
  const dataFolder = await temporaryFolder();
  const host = await standInHost({
    dataFolder,
    overrides: { mdns: false, listen: ['/ip4/127.0.0.1/tcp/0'], shards: [] },
    files: { nodeScript: appFiles().nodeScript },
  });
  await host.ready;
  const server = await startDashboardServer(host, { port: 0, pages: null });
  onTestFinished(() => server.close());
  return { server, dataFolder };
}

const soonMs = 200;

describe('two windows of one host', () => {
  it('see each other’s changes of settings, pools and models within a fifth of a second', async () => {
    const { server, dataFolder } = await hostWithWindows();
    const path = join(dataFolder, 'mine.gguf');
    await writeRandomModel(path, { name: 'Mine' });
    const [one, other] = [await Window.open(server), await Window.open(server)];
    await other.watch('settings', 'pools', 'models', 'duty');
    await other.seen('pools', (pools) => pools !== null);

    await one.ask('changeSettings', { keepAwake: true });
    const changedAt = performance.now();
    const settingsAt = await other.seen('settings', ({ keepAwake }) => keepAwake);
    expect(settingsAt - changedAt).toBeLessThan(soonMs);

    await one.ask('poolCreate', { name: 'Friends' });
    const createdAt = performance.now();
    const poolsAt = await other.seen('pools', (pools) => pools?.[0]?.name === 'Friends');
    expect(poolsAt - createdAt).toBeLessThan(soonMs);

    await one.ask('importModel', { path });
    const importedAt = performance.now();
    const modelsAt = await other.seen(
      'models',
      (models) => models?.some(({ name }) => name === 'Mine') ?? false,
    );
    expect(modelsAt - importedAt).toBeLessThan(soonMs);

    await one.ask('pause', { choice: 'indefinitely' });
    const pausedAt = performance.now();
    const dutyAt = await other.seen('duty', ({ pause }) => pause === 'indefinitely');
    expect(dutyAt - pausedAt).toBeLessThan(soonMs);
  });

  it('are told only what they watch, and never the key of the API', async () => {
    const { server } = await hostWithWindows();
    const [one, other] = [await Window.open(server), await Window.open(server)];
    await other.watch('settings');
    await one.watch('app', 'node', 'models');
    await one.ask('changeSettings', { keepAwake: true });
    await one.ask('poolCreate', { name: 'Friends' });
    await other.seen('settings', ({ keepAwake }) => keepAwake);
    expect(new Set(other.topics)).toEqual(new Set(['settings']));
    expect(new Set(one.topics)).toEqual(new Set(['app', 'node', 'models']));

    const { key } = await one.ask('apiKey', {});
    expect(key).toMatch(/^mm-/);
    expect(one.text).toContain('http://127.0.0.1:');
    expect(one.text).not.toContain(key);
  });
});

/** Gives commands the host that runs in their data folder, or else one that this process runs for the command. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors.ts';
import { warningWords } from '../../src-shared/words/words.ts';
import type { ChangedSettings } from '../../src-shared/settings/settings.ts';
import { chatRequestSchema } from '../../src-shared/chat.ts';
import { type DataFolder, dataFolderAt } from '../data/data-folder.ts';
import { readHostFile } from '../data/host-file.ts';
import { connectToHost } from './host-client.ts';
import type { HostConnection } from './host-connection.ts';
import { note } from './terminal.ts';

export type CommonOptions = {
  readonly data?: string;
  readonly verbose?: boolean;
};

/** A host that is just starting or ending is waited for this long, in milliseconds. */
const patienceMs = 10_000;
const retryMs = 200;

/** Settings for a host that only reads the library: it loads no model and connects to no peer. */
export const withoutPeers: ChangedSettings = {
  shards: [],
  peers: [],
  mdns: false,
  listen: ['/ip4/127.0.0.1/tcp/0'],
};

/** The host that runs in the data folder, if one does. */
export async function findHost(dataFolder: DataFolder): Promise<HostConnection | undefined> {
  const { control } = (await readHostFile(dataFolder.hostFile)) ?? {};
  return control ? connectToHost(control) : undefined;
}

/**
 * Calls `use` with the running host, or with one of this process that runs with `overrides` until `use` has ended.
 * Ctrl-C ends it with `cancelled`. No process and no lock stays behind in any case.
 */
export async function useHost<T>(
  options: CommonOptions,
  overrides: ChangedSettings,
  use: (connection: HostConnection, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => {});
  interrupted.signal.addEventListener('abort', () => reject(new AppError('cancelled', 'Stopped.')));
  let connection: HostConnection | undefined;
  try {
    connection = await openConnection(options, overrides, aborted);
    return await Promise.race([use(connection, interrupted.signal), aborted]);
  } finally {
    await connection?.close();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function openConnection(
  options: CommonOptions,
  overrides: ChangedSettings,
  aborted: Promise<never>,
): Promise<HostConnection> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const running = await findHost(dataFolderAt(options.data));
    if (running !== undefined) {
      return running;
    }
    try {
      return await composeHost(options, overrides, aborted);
    } catch (error) {
      const isBusy = error instanceof AppError && error.code === 'data-folder-in-use';
      if (!isBusy || performance.now() > deadline) {
        throw error;
      }
    }
    await Promise.race([delay(retryMs), aborted]);
  }
}

async function composeHost(
  options: CommonOptions,
  overrides: ChangedSettings,
  aborted: Promise<never>,
): Promise<HostConnection> {
  // The host's modules are loaded only here, since most commands find a running host.
  const { createHost } = await import('../host/host.ts');
  const host = await createHost({
    dataFolder: options.data,
    // No program uses the API of this host, so it leaves the usual port free.
    overrides: { apiPort: 0, ...overrides },
    // The owner is at the machine and waits for the command.
    alwaysWork: true,
  });
  // The warnings are printed now, because the next host will not have those of this one.
  host.snapshot().warnings.forEach((warning) => note(warningWords(warning)));
  try {
    await Promise.race([host.ready, aborted]);
  } catch (error) {
    await host.stop();
    throw error;
  }
  return {
    snapshot: () => host.snapshot(),
    onSnapshot: (listener) => host.onSnapshot(listener),
    call: (method, params) => host.call(method, params),
    topic: (topic) => host.topic(topic),
    chat: (request, onEvent, signal) =>
      host.chat(chatRequestSchema.parse(request), onEvent, signal),
    close: () => host.stop(),
  };
}

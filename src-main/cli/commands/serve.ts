/** `mindmesh serve`: a host that runs until it is told to stop. */
import { once } from 'node:events';
import { AppError, describeCauses } from '../../../src-shared/errors.ts';
import { type ChangedSettings, defaultSettings } from '../../../src-shared/settings/settings.ts';
import type { Warning } from '../../../src-shared/warning.ts';
import { appFiles } from '../../base/app-files.ts';
import { createHost, type Host } from '../../host/host.ts';
import { type DashboardServer, startDashboardServer } from '../../control/dashboard-server.ts';
import { commandResults, serveLines } from '../../../src-shared/words/command-line.ts';
import { note, print } from '../terminal.ts';
import type { CommonOptions } from '../use-host.ts';

export type ServeOptions = CommonOptions & {
  readonly overrides: ChangedSettings;
  /** Whether browsers get the window. The command line can connect in any case. */
  readonly window: boolean;
  readonly alwaysWork: boolean;
};

export async function serve(options: ServeOptions): Promise<void> {
  const stopAsked = stopSignal();
  const host = await createHost({
    dataFolder: options.data,
    overrides: options.overrides,
    alwaysWork: options.alwaysWork,
    ...(options.verbose === true ? { logLevel: 'debug' } : {}),
  });
  process.on('uncaughtExceptionMonitor', (error) => {
    host.log.write('error', 'host', 'Ended by an error', { cause: describeCauses(error) });
  });
  let server: DashboardServer | undefined;
  const warnings: Warning[] = [];
  try {
    server = await startServer(host, options, (warning) => warnings.push(warning));
    await Promise.race([host.ready, stopAsked]);
    if (host.snapshot().state === 'running') {
      const address = options.window ? server.newWindowAddress() : undefined;
      print(serveLines(host.snapshot(), address, host.apiKeyFile, warnings));
    }
    await Promise.race([stopAsked, host.stopRequested]);
  } finally {
    await Promise.all([server?.close(), host.stop()]);
  }
}

async function startServer(
  host: Host,
  options: ServeOptions,
  warn: (warning: Warning) => void,
): Promise<DashboardServer> {
  const { windowPort } = await host.call('settings', {});
  const pages = options.window ? appFiles().windowPages : null;
  // Without a window, any free port will do: the owner does not have to remember it.
  const port = options.window ? windowPort : 0;
  const isChosen =
    options.overrides.windowPort !== undefined || port !== defaultSettings.windowPort;
  let server: DashboardServer;
  try {
    server = await startDashboardServer(host, { port, pages });
  } catch (error) {
    const isTaken = error instanceof AppError && error.code === 'port-taken';
    if (!isTaken || isChosen) {
      throw error;
    }
    server = await startDashboardServer(host, { port: 0, pages });
    warn({ code: 'window-port-taken', port });
  }
  if (options.window) {
    host.provideWindowAddress(() => server.newWindowAddress());
  }
  await host.announce(server.control);
  return server;
}

/** Resolves at the first request to stop, from a terminal, the system or a parent that is gone. */
async function stopSignal(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  await Promise.race([
    ...signals.map((signal) => once(process, signal)),
    // A parent with an IPC channel to this process, like the demo, ends it by closing that channel.
    ...(process.channel === undefined ? [] : [once(process, 'disconnect')]),
  ]);
  for (const signal of signals) {
    process.on(signal, () => {
      note(commandResults.endingAtOnce);
      // Children end by themselves when their link to this process closes.
      process.exit(1);
    });
  }
}

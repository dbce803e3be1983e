/**
 * Entry of the node process. The host starts it with an IPC channel, calls `start`, and gets the status when it changes.
 * When the host is gone, the node ends too, and its engines with it.
 */
import { AppError, describeCauses } from '../../src-shared/errors.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { serveHost } from './host-link.ts';
import type { Log } from './base/log.ts';
import { composeNode } from './mesh-node.ts';
import { isSameStatus } from './node-status.ts';
import { type RunningNode, startFeatures } from './running-node.ts';

/** Least time between two statuses that are sent, in milliseconds. */
const statusEveryMs = 1000;
/** Longest time to stop, in milliseconds: longer than each feature's own deadline. */
const stopWithinMs = 5000;

let node: RunningNode | undefined;
let isStarting = false;
let sentStatus: NodeStatus | undefined;
let statusTimer: NodeJS.Timeout | undefined;
let stopping: Promise<void> | undefined;

const host = serveHost(
  {
    send: (message) => {
      if (process.connected) {
        // An error is ignored: the node notices by 'disconnect' that the host is gone.
        process.send?.(message, () => {});
      }
    },
    onMessage: (listener) => void process.on('message', listener),
  },
  () => ({
    ...node?.handlers,
    start: async (config) => {
      if (node !== undefined || isStarting) {
        throw new AppError('request-invalid', 'The node is running already.');
      }
      isStarting = true;
      try {
        const features = await composeNode({
          config,
          logOf,
          tell: (name, value) => host.tell(name, value),
          onChange: statusChanged,
          onDrained: tellStatus,
        });
        node = await startFeatures(features, config);
      } finally {
        isStarting = false;
      }
      sentStatus = node.status();
      return sentStatus;
    },
    ping: () => null,
    stop: async () => {
      await stop();
      // The response is sent first; the host may call `stop` twice.
      setImmediate(() => process.connected && process.disconnect());
      return null;
    },
  }),
  // The host gets the changes that a method made before the method's response.
  async (method) => {
    if (method !== 'ping') {
      tellStatus();
      const refreshed = node?.refresh();
      // The owner, who waits for the memory, does not wait for topics to be read.
      await (method === 'setWork' ? undefined : refreshed);
    }
  },
);

function logOf(source: string): Log {
  return (level, message, details) => {
    const shown =
      details === undefined ? {} : { details: JSON.parse(JSON.stringify(details, describeErrors)) };
    host.tell('log', { level, source, message, ...shown });
  };
}

function describeErrors(_: string, value: unknown): unknown {
  return value instanceof Error ? describeCauses(value) : value;
}

/** Sends the status after `statusEveryMs`, so that changes in this time are sent together. */
function statusChanged(): void {
  node?.changed();
  statusTimer ??= setTimeout(() => {
    statusTimer = undefined;
    tellStatus();
  }, statusEveryMs).unref();
}

function tellStatus(): void {
  const status = stopping === undefined ? node?.status() : undefined;
  if (status !== undefined && (sentStatus === undefined || !isSameStatus(status, sentStatus))) {
    sentStatus = status;
    host.tell('status', status);
    // Speeds fall over time after the last token, without another event.
    if (status.tokensPerSecond > 0 || status.requests.active > 0) {
      statusChanged();
    }
  }
}

function stop(atOnce = false): Promise<void> {
  stopping ??= (async () => {
    setTimeout(() => process.exit(1), stopWithinMs).unref();
    await node?.stop(atOnce);
  })();
  return stopping;
}

async function stopAndExit(atOnce: boolean): Promise<void> {
  await stop(atOnce);
  process.exit(0);
}

// When the host has died, engines free the machine at once.
process.on('disconnect', () => void stopAndExit(true));
process.on('SIGTERM', () => void stopAndExit(false));
// Ctrl-C in a terminal reaches the whole process group; the host decides what it means.
process.on('SIGINT', () => {});
process.on('uncaughtException', (error) => {
  logOf('node')('error', `The node cannot go on: ${describeCauses(error)}`);
  process.stderr.write(`${describeCauses(error)}\n`, () => process.exit(1));
});

if (process.send === undefined) {
  process.stderr.write('This is the mesh node; "mindmesh serve" starts it.\n', () =>
    process.exit(2),
  );
}

/**
 * Entry of the node process. The host starts it with an IPC channel, asks it to `start`, and is told what
 * happens. When the host is gone, the node ends too, and its engines with it.
 */
import { AppError, describeCauses } from '../../src-shared/errors.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { serveHost } from './host-link.ts';
import type { Log } from './base/log.ts';
import { composeNode } from './mesh-node.ts';
import { isSameStatus } from './node-status.ts';
import { type RunningNode, startFeatures } from './running-node.ts';

/** A status is told at most this often, in milliseconds. */
const statusEveryMs = 1000;
/** Longer than every part's own deadline for stopping. */
const stopWithinMs = 5000;

let node: RunningNode | undefined;
let isStarting = false;
let told: NodeStatus | undefined;
let statusTimer: NodeJS.Timeout | undefined;
let stopping: Promise<void> | undefined;

const host = serveHost(
  {
    send: (message) => {
      if (process.connected) {
        // A host that is just going away is noticed by 'disconnect'.
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
        });
        node = await startFeatures(features, config);
      } finally {
        isStarting = false;
      }
      told = node.status();
      return told;
    },
    ping: () => null,
    stop: async () => {
      await stop();
      // The answer goes out first; a host may ask twice.
      setImmediate(() => process.connected && process.disconnect());
      return null;
    },
  }),
  // A change is told before the answer to what changed it.
  async (method) => {
    if (method !== 'ping') {
      tellStatus();
      await node?.refresh();
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

/** The first change is told after a moment, so that what happens at once is told at once; then once a second. */
function statusChanged(): void {
  node?.changed();
  statusTimer ??= setTimeout(() => {
    statusTimer = undefined;
    tellStatus();
  }, statusEveryMs).unref();
}

function tellStatus(): void {
  const status = stopping === undefined ? node?.status() : undefined;
  if (status !== undefined && (told === undefined || !isSameStatus(status, told))) {
    told = status;
    host.tell('status', status);
    // Speeds fall by themselves after the last token.
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

// A host that is gone, and not by order, gets the machine back from the engines at once.
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

/**
 * The one log of a host and its children: JSON lines in DATA/logs, rotated so that they cannot fill the disk.
 * Everything passes `redact` on its way.
 */
import { once } from 'node:events';
import { type Logger, pino } from 'pino';
import { createStream } from 'rotating-file-stream';
import type { logLevels } from '../src-shared/node-api.ts';
import { redactDetails, redactText } from './redact.ts';

export type LogLevel = (typeof logLevels)[number];

export type Log = {
  /** `source` is the part of the app that speaks: host, window, store, mesh, engine… */
  write(
    level: LogLevel,
    source: string,
    message: string,
    details?: Readonly<Record<string, unknown>>,
  ): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
};

/** What stays when something logs in circles: five old files beside the current one. */
const rotation = { size: '5M', rotate: 5 } as const;

/** Opens `mindmesh.log` in the folder, or goes on with the one that is there. */
export function openLog(folder: string, level: LogLevel = 'info'): Log {
  const stream = createStream('mindmesh.log', {
    path: folder,
    size: rotation.size,
    rotate: rotation.rotate,
    mode: 0o600,
  });
  let isBroken = false;
  stream.on('error', (error) => {
    // Without a log the app still does its job; a full disk must not end it.
    isBroken = true;
    console.error(`The log in ${folder} cannot be written any more: ${error.message}`);
  });
  const logger: Logger = pino(
    {
      level,
      // Process id and host name are the same in every line of a file that never leaves this machine.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return {
    write(level, source, message, details = {}) {
      if (!isBroken) {
        logger[level]({ source, ...redactDetails(details) }, redactText(message));
      }
    },
    async close() {
      if (!isBroken) {
        // Rejects when the last lines cannot be written; the listener above has told so.
        const finished = once(stream, 'finish').catch(() => {});
        stream.end();
        await finished;
      }
    },
  };
}

/**
 * The one log of a host and its children: JSON lines in DATA/logs, rotated so that they cannot fill the disk.
 * Everything passes `redact` on its way.
 */
import { once } from 'node:events';
import { type Logger, pino } from 'pino';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import type { logLevels } from '../../src-shared/api/node-control.ts';
import { note } from '../cli/terminal.ts';
import { redactDetails, redactText } from './redact.ts';
import { dataFolderErrors } from '../../src-shared/words/errors.ts';
import { fileProblem } from '../../src-shared/files/file-problem.ts';

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

/** A part of the app that logs without end fills the current file and five old ones, and no more. */
const rotation = { size: '5M', rotate: 5 } as const;

/** A log that could not be written is tried again after this long, in milliseconds. */
const reopenAfterMs = 60_000;

/**
 * Opens `mindmesh.log` in the folder, or goes on with the one that is there. While it cannot be written, as on a full
 * disk, lines are lost, and the app goes on; the first failure is told on stderr.
 *
 * @param now monotonic time, in milliseconds
 */
export function openLog(
  folder: string,
  level: LogLevel = 'info',
  now: () => number = () => performance.now(),
): Log {
  let file: LogFile | undefined;
  let openedAt = Number.NEGATIVE_INFINITY;
  let wasBroken = false;
  const open = (): LogFile | undefined => {
    if (file === undefined && now() - openedAt >= reopenAfterMs) {
      openedAt = now();
      const opened = openFile(folder, level, (error) => {
        if (file === opened) {
          file = undefined;
        }
        if (!wasBroken) {
          wasBroken = true;
          note(dataFolderErrors.logNotWritten(folder, fileProblem(error)));
        }
      });
      file = opened;
    }
    return file;
  };
  open();
  return {
    write(lineLevel, source, message, details = {}) {
      open()?.logger[lineLevel]({ source, ...redactDetails(details) }, redactText(message));
    },
    async close() {
      if (file !== undefined) {
        // This rejects when the last lines cannot be written; the stream's error listener has reported that.
        const finished = once(file.stream, 'finish').catch(() => {});
        file.stream.end();
        await finished;
      }
    },
  };
}

type LogFile = { readonly logger: Logger; readonly stream: RotatingFileStream };

function openFile(folder: string, level: LogLevel, onError: (error: Error) => void): LogFile {
  const stream = createStream('mindmesh.log', {
    path: folder,
    size: rotation.size,
    rotate: rotation.rotate,
    mode: 0o600,
  });
  stream.on('error', onError);
  const logger = pino(
    {
      level,
      // Process id and host name are the same in every line of a file that never leaves this machine.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return { logger, stream };
}

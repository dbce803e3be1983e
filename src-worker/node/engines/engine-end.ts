/** Reads an engine's output and describes its end, with its last output: often the only trace of a crash in a library. */
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import type { ChildExit } from '../../../src-shared/process/child.ts';
import type { RecentLinesOptions } from '../../../src-shared/process/recent-lines.ts';
import { fileProblem } from '../../../src-shared/files/file-problem.ts';

const lineSchema = z.object({ level: z.string(), message: z.string() });

const stackFrame = /^at .+:\d+/;

const mostWords = { lines: 13, lineCharacters: 400 } as const;
/** A longer line is cut: log lines of the engine itself are shorter. */
const longestLogLine = 64 * 1024;

/** Passes an engine's log lines on with their level. Stack frames are not kept, since they would push out the error itself. */
export function engineOutput(onLog?: (level: string, message: string) => void): RecentLinesOptions {
  return {
    lineCharacters: longestLogLine,
    onLine: (line) => {
      const { level, message } = read(line);
      onLog?.(level, message);
    },
    remember: (line) => {
      const { message } = read(line);
      return stackFrame.test(message) ? undefined : message;
    },
  };
}

/** The error `engine-died` of an engine that ended without having been asked to. */
export function endOfEngine(name: string, exit: ChildExit): AppError {
  const words = exit.output
    .split('\n')
    .slice(-mostWords.lines)
    .map((line) => line.slice(0, mostWords.lineCharacters))
    .join(' | ');
  const lastOutput = words === '' ? '' : `; its last output: ${words}`;
  return new AppError('engine-died', `${name} ${howItEnded(exit)}${lastOutput}.`);
}

function howItEnded({ error, reason, signal, code }: ChildExit): string {
  if (error !== undefined) {
    return `cannot be started: ${fileProblem(error)}`;
  }
  return reason ?? (signal === null ? `ended with code ${code}` : `was ended by ${signal}`);
}

/** Reads a log line. Any other line comes from a library, and counts as a warning, since libraries write only when they must. */
function read(line: string): { level: string; message: string } {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    return { level: 'warn', message: line.trim() };
  }
}

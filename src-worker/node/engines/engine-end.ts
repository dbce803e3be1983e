/** How an engine's output is read, and how its end is told: with its last words, which are the only trace of a crash in a library. */
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import type { ChildExit } from '../../../src-shared/process/child.ts';
import type { RecentLinesOptions } from '../../../src-shared/process/recent-lines.ts';

const lineSchema = z.object({ level: z.string(), message: z.string() });

const stackFrame = /^at .+:\d+/;

const mostWords = { lines: 13, lineCharacters: 400 } as const;
/** A longer line is cut: it is no log line of ours. */
const longestLogLine = 64 * 1024;

/** Passes an engine's log lines on as they were meant; the frames of a stack trace would push out what it is about. */
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
export function endOfEngine(path: string, exit: ChildExit): AppError {
  const words = exit.output
    .split('\n')
    .slice(-mostWords.lines)
    .map((line) => line.slice(0, mostWords.lineCharacters))
    .join(' | ');
  const lastWords = words === '' ? '' : `; its last words: ${words}`;
  return new AppError('engine-died', `The engine for ${path} ${howItEnded(exit)}${lastWords}.`);
}

function howItEnded({ error, reason, signal, code }: ChildExit): string {
  if (error !== undefined) {
    return `cannot be started: ${error.message}`;
  }
  return reason ?? (signal === null ? `ended with code ${code}` : `was ended by ${signal}`);
}

/** A line that is not ours comes from a library, which says something when it is worth saying. */
function read(line: string): { level: string; message: string } {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    return { level: 'warn', message: line.trim() };
  }
}

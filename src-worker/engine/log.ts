/**
 * The engine's log: JSON lines on stderr, which the node reads, levels and keeps the last of for error
 * messages. Written synchronously, so that the last line before a crash is there.
 */
import { writeSync } from 'node:fs';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export function log(level: LogLevel, message: string): void {
  try {
    writeSync(2, `${JSON.stringify({ level, message })}\n`);
  } catch {
    // The reader of stderr is gone, or its pipe is full: the log is not worth stopping for.
  }
}

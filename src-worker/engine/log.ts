/**
 * The engine's log: JSON lines on stderr. The node reads them, and uses the last ones in error
 * messages. Lines are written synchronously, so that the last line before a crash is not lost.
 */
import { writeSync } from 'node:fs';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export function log(level: LogLevel, message: string): void {
  try {
    writeSync(2, `${JSON.stringify({ level, message })}\n`);
  } catch {
    // The reader of stderr is gone, or its pipe is full; the engine continues without the line.
  }
}

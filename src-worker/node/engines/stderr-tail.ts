/** The end of a child's stderr: JSON log lines are passed on, and the last lines of any kind explain a death. */
import { z } from 'zod';

const lineSchema = z.object({ level: z.string(), message: z.string() });

const stackFrame = /^at .+:\d+/;

const mostLines = 12;
const mostLineCharacters = 400;
/** A line longer than this is cut: it is no log line of ours. */
const mostPartialCharacters = 64 * 1024;

export class StderrTail {
  readonly #onLog: ((level: string, message: string) => void) | undefined;
  #partial = '';
  #lines: string[] = [];

  constructor(onLog?: (level: string, message: string) => void) {
    this.#onLog = onLog;
  }

  push(chunk: Buffer): void {
    const lines = (this.#partial + chunk.toString('utf8')).split('\n');
    this.#partial = (lines.pop() ?? '').slice(-mostPartialCharacters);
    for (const line of lines) {
      this.#onLine(line.trim());
    }
  }

  /** Adds something that we know and the child did not say. */
  note(line: string): void {
    this.#lines = [...this.#lines.slice(1 - mostLines), line.slice(0, mostLineCharacters)];
  }

  /** The last lines, in one. */
  get text(): string {
    return [...this.#lines, this.#partial.trim().slice(0, mostLineCharacters)]
      .filter((line) => line !== '')
      .join(' | ');
  }

  #onLine(line: string): void {
    if (line === '') {
      return;
    }
    const { level, message } = read(line);
    // The frames of a stack trace would push out what it is about.
    if (!stackFrame.test(message)) {
      this.note(message);
    }
    this.#onLog?.(level, message);
  }
}

/** A line that is not ours comes from a library, which says something when it is worth saying. */
function read(line: string): { level: string; message: string } {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    return { level: 'warn', message: line };
  }
}

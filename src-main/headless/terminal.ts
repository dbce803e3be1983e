/** Where commands print: results to stdout, everything about them to stderr. */
import { AppError, describeCauses, toAppError } from '../../src-shared/errors.ts';

export const exitCodes = { failed: 1, notRunning: 3, interrupted: 130 } as const;

export function print(lines: string | readonly string[]): void {
  process.stdout.write(`${typeof lines === 'string' ? lines : lines.join('\n')}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A reader that went away (`| head`) is no error worth a word. */
export function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') {
        throw error;
      }
    });
  }
}

/** Says in one sentence why a command failed, and sets the exit code. */
export function reportFailure(thrown: unknown, isVerbose: boolean): void {
  const error = toAppError(thrown);
  if (error.code === 'cancelled') {
    process.exitCode = exitCodes.interrupted;
    return;
  }
  process.exitCode = exitCodes.failed;
  note(error.message);
  if (isVerbose && error.cause !== undefined) {
    note(describeCauses(error.cause));
  }
  if (!(thrown instanceof AppError) && !isVerbose) {
    note('Run it again with --verbose for the details.');
  }
}

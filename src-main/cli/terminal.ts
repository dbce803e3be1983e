/**
 * Where commands print: results to stdout, everything about them to stderr. Nothing else writes to a terminal, since
 * much of it is the text of strangers. What goes into a pipe or a file is left as it is: programs read it.
 */
import { AppError, describeCauses, toAppError } from '../../src-shared/errors.ts';
import { printableJson, printableLine, printableText } from './printable-text.ts';
import { adviceWords, verboseHint } from '../../src-shared/words/words.ts';

export const exitCodes = { failed: 1, notRunning: 3, interrupted: 130 } as const;

/** Lines of a list are one line each, whatever the names in them hold. */
export function print(lines: string | readonly string[]): void {
  printPiece(
    `${typeof lines === 'string' ? lines : lines.map((line) => ifTerminal(process.stdout, line, printableLine)).join('\n')}\n`,
  );
}

/** A piece of a text that comes bit by bit. */
export function printPiece(piece: string): void {
  process.stdout.write(ifTerminal(process.stdout, piece, printableText));
}

export function printJson(value: unknown): void {
  print(printableJson(value));
}

export function note(text: string): void {
  notePiece(`${text}\n`);
}

export function notePiece(piece: string): void {
  process.stderr.write(ifTerminal(process.stderr, piece, printableText));
}

/** A line on stderr that is written over by the next one; `width` is that of the last. */
export function noteOver(line: string, width: number): void {
  process.stderr.write(`\r${ifTerminal(process.stderr, line, printableLine).padEnd(width)}`);
}

function ifTerminal(
  { isTTY }: NodeJS.WriteStream,
  text: string,
  printable: (text: string) => string,
): string {
  return isTTY ? printable(text) : text;
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

/** The error's sentence, with what can be done about it at a command line. */
function withAdvice({ message, advice }: AppError): string {
  return advice === undefined ? message : `${message} ${adviceWords[advice].commandLine}`;
}

/** Says in one sentence why a command failed, and sets the exit code. */
export function reportFailure(thrown: unknown, isVerbose: boolean): void {
  const error = toAppError(thrown);
  if (error.code === 'cancelled') {
    process.exitCode = exitCodes.interrupted;
    return;
  }
  process.exitCode = exitCodes.failed;
  note(withAdvice(error));
  if (isVerbose && error.cause !== undefined) {
    note(describeCauses(error.cause));
  }
  if (!(thrown instanceof AppError) && !isVerbose) {
    note(verboseHint);
  }
}

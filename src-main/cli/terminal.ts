/**
 * Prints for commands: results to stdout, remarks to stderr. Nothing else writes to a terminal, since much of the
 * text comes from strangers and has to be cleaned. A pipe or a file gets the text unchanged, as programs read it.
 */
import { AppError, describeCauses, toAppError } from '../../src-shared/errors.ts';
import { printableJson, printableLine, printableText } from './printable-text.ts';
import { adviceWords, verboseHint } from '../../src-shared/words/words.ts';

export const exitCodes = { failed: 1, notRunning: 3, interrupted: 130 } as const;

/** Each entry of a list takes one line, even where a name in it has a line break. */
export function print(lines: string | readonly string[]): void {
  printPiece(
    `${typeof lines === 'string' ? lines : lines.map((line) => ifTerminal(process.stdout, line, printableLine)).join('\n')}\n`,
  );
}

/** Prints a piece of a text that arrives in pieces. */
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

/** Writes a line to stderr that the next one overwrites; `width` is that of the last line. */
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

/** A reader that ends early (`| head`) is no error. */
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

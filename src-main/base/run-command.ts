/** Runs a short-lived tool of the system off the event loop and returns what it printed, in bounded memory. */
import { execFile } from 'node:child_process';
import { AppError } from '../../src-shared/errors.ts';
import { childEnvironment } from '../../src-shared/process/child-environment.ts';
import { toolWords } from '../../src-shared/words/errors.ts';
import { fileProblem } from '../../src-shared/files/file-problem.ts';

/**
 * @throws AppError `child-failed` when the tool is missing, fails or prints too much. A deadline or a cancellation
 * comes through `signal`, which kills the tool.
 */
export type RunCommand = (
  command: string,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<string>;

/** There is no such tool on this machine. */
export class MissingToolError extends AppError {
  readonly tool: string;

  constructor(tool: string, cause: unknown) {
    super('child-failed', toolWords.notInstalled(tool), { cause });
    this.tool = tool;
  }
}

/** A process list of a busy machine is some 100 kB. */
const longestOutputBytes = 4 * 1024 * 1024;

export const runCommand: RunCommand = (command, args, signal) =>
  new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      {
        signal,
        // The parsers know the words and decimal points of this locale alone.
        env: childEnvironment(process.env, { LC_ALL: 'C' }),
        maxBuffer: longestOutputBytes,
        killSignal: 'SIGKILL',
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout);
        } else {
          reject(commandError(command, error, stderr));
        }
      },
    );
  });

function commandError(
  command: string,
  error: Error & { readonly code?: unknown },
  stderr: string,
): AppError {
  if (error.code === 'ENOENT') {
    return new MissingToolError(command, error);
  }
  const words = stderr.split('\n').find((line) => line.trim() !== '');
  const sentence =
    error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
      ? toolWords.printedTooMuch(command)
      : typeof error.code === 'number'
        ? toolWords.failed(command, error.code, words?.trim())
        : toolWords.notRun(command, fileProblem(error));
  return new AppError('child-failed', sentence, { cause: error });
}

/**
 * One life of a child process: it is started, becomes ready or dies, is asked to stop, and is killed when it does
 * not.
 *
 *   spawn ─▶ ready raced against early exit and a deadline ─▶ running ─▶ ask, wait, kill ─▶ exited
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { AppError, missingCase } from '../errors.ts';
import { childEnvironment } from './child-environment.ts';
import { killTree, sweepGroup } from './kill-tree.ts';
import { RecentLines, type RecentLinesOptions } from './recent-lines.ts';
import { childWords, exitWords } from '../words/errors.ts';
import { fileProblem } from '../files/file-problem.ts';

export type ChildPlan = {
  /** The name with which sentences about the child begin: "The mesh node". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /**
   * Descriptors from 3 on: Node's IPC channel, or socket pairs; an overlapped one can be read and written at once on
   * Windows too.
   */
  readonly links?: readonly ('ipc' | 'pipe' | 'overlapped')[];
  /** With a pipe as its stdin, the child notices the end of this process by the end of its input. */
  readonly stdin?: 'pipe';
  /**
   * Gives the child a process group of its own, so that a terminal's Ctrl-C does not reach it and whatever
   * it started goes with it. Children of such a child must not have one, or they would be left behind.
   */
  readonly ownGroup: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly readyWithinMs: number;
  readonly stopWithinMs: number;
  /** Resolves once the child is ready for work. A rejection kills the child, and becomes the error of the start. */
  readonly whenReady: (process: ChildProcess, signal: AbortSignal) => Promise<void>;
  /** Asks the child to end by itself, e.g. by a message or a signal. */
  readonly askToStop: (process: ChildProcess) => void;
  /** What happens with the lines that the child writes to stdout or stderr. */
  readonly output?: RecentLinesOptions;
  /** The error about a child that did not become ready; by default a `child-failed` or `cancelled` with its name. */
  readonly startError?: (failure: StartFailure) => AppError;
};

/** Why a child did not become ready. */
export type StartFailure =
  | { readonly kind: 'ended'; readonly exit: ChildExit }
  | { readonly kind: 'late' }
  | { readonly kind: 'cancelled' };

export type ChildExit = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote. */
  readonly output: string;
  /** Set when it could not be started at all. */
  readonly error?: Error;
  /** Why it was killed, in words that fit into parentheses; absent when no reason was given. */
  readonly reason?: string;
};

/** After the exit, the rest of the output is awaited this long, in milliseconds. */
const outputDrainMs = 500;

export class Child {
  readonly process: ChildProcess;
  /** Resolves when the process is gone, with its group; never rejects. */
  readonly exited: Promise<ChildExit>;
  readonly #plan: ChildPlan;
  #isStopping = false;
  #reason: string | undefined;

  constructor(plan: ChildPlan) {
    this.#plan = plan;
    this.process = spawn(plan.command, plan.args, {
      stdio: [plan.stdin ?? 'ignore', 'pipe', 'pipe', ...(plan.links ?? [])],
      env: childEnvironment(process.env, plan.environment),
      detached: plan.ownGroup && process.platform !== 'win32',
      windowsHide: true,
    });
    this.exited = this.#watch();
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /**
   * Resolves once the child is ready for work.
   *
   * @throws what `whenReady` of the plan throws, and its `startError` when the child ends, the deadline passes or the
   * signal aborts before. The process is gone when this rejects.
   */
  async becomeReady(signal: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    try {
      await Promise.race([
        this.#plan.whenReady(this.process, waiting.signal),
        this.exited.then((exit) => {
          throw this.#startError({ kind: 'ended', exit });
        }),
        rejectAfter(this.#plan.readyWithinMs, waiting.signal, () =>
          this.#startError({ kind: 'late' }),
        ),
        rejectOnAbort(signal, waiting.signal, () => this.#startError({ kind: 'cancelled' })),
      ]);
    } catch (error) {
      this.kill();
      const exit = await this.exited;
      if (error instanceof AppError && error.cause === undefined && exit.output !== '') {
        error.cause = outputAsCause(exit);
      }
      throw error;
    } finally {
      waiting.abort();
    }
  }

  /** Asks the child to stop, and kills it when it does not in time. Resolves when the process is gone. */
  async stop(): Promise<ChildExit> {
    if (!this.#isStopping) {
      this.#isStopping = true;
      const timer = setTimeout(() => this.kill(), this.#plan.stopWithinMs);
      void this.exited.then(() => clearTimeout(timer));
      try {
        this.#plan.askToStop(this.process);
      } catch {
        // It cannot be asked, e.g. because its channel is closed already.
        this.kill();
      }
    }
    return this.exited;
  }

  /** Kills the process and everything that it started, at once. `reason` becomes that of ChildExit. */
  kill(reason?: string): void {
    this.#reason ??= reason;
    killTree(this.process, this.#plan.ownGroup);
  }

  #startError(failure: StartFailure): AppError {
    return this.#plan.startError?.(failure) ?? usualStartError(this.#plan, failure);
  }

  #watch(): Promise<ChildExit> {
    const lines = new RecentLines(this.#plan.output);
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => lines.push(text));
      stream?.on('error', () => {});
    }
    // A message that cannot be sent emits an error too, and an error without a listener would end this process.
    this.process.on('error', () => {});
    // The child may be gone before its input is closed.
    this.process.stdin?.on('error', () => {});
    return new Promise((resolve) => {
      const finish = (exit: Omit<ChildExit, 'output'>): void => {
        lines.end();
        const reason = this.#reason === undefined ? {} : { reason: this.#reason };
        resolve({ ...exit, ...reason, output: lines.text });
      };
      this.process.once('error', (error) => {
        if (this.process.pid === undefined) {
          finish({ code: null, signal: null, error });
        }
      });
      this.process.once('exit', (code, signal) => {
        // A descendant that lives on would keep the output open, and memory with it.
        sweepGroup(this.process, this.#plan.ownGroup);
        const timer = setTimeout(() => finish({ code, signal }), outputDrainMs);
        this.process.once('close', () => {
          clearTimeout(timer);
          finish({ code, signal });
        });
      });
    });
  }
}

/**
 * Starts a child and resolves once it is ready.
 *
 * @throws AppError, as `Child.becomeReady`
 */
export async function startChild(plan: ChildPlan, signal: AbortSignal): Promise<Child> {
  const child = new Child(plan);
  await child.becomeReady(signal);
  return child;
}

function usualStartError({ name, readyWithinMs }: ChildPlan, failure: StartFailure): AppError {
  switch (failure.kind) {
    case 'ended':
      return new AppError('child-failed', childWords.endedEarly(name, describeExit(failure.exit)), {
        cause: failure.exit.error ?? outputAsCause(failure.exit),
      });
    case 'late':
      return new AppError('child-failed', childWords.notReady(name, readyWithinMs / 1000));
    case 'cancelled':
      return new AppError('cancelled', childWords.stoppedEarly(name));
    default:
      return missingCase(failure);
  }
}

/** How a child ended, in words that fit into parentheses. */
export function describeExit(exit: ChildExit): string {
  if (exit.error !== undefined) {
    return exitWords.notStarted(programOf(exit.error), fileProblem(exit.error));
  }
  if (exit.reason !== undefined) {
    return exit.reason;
  }
  const how = exit.signal === null ? exitWords.code(exit.code) : exitWords.killed(exit.signal);
  const lastLine = exit.output.split('\n').at(-1) ?? '';
  return lastLine === '' ? how : exitWords.withLastLine(how, lastLine);
}

/** The program that could not be started; '' where the error names none. */
function programOf(error: Error): string {
  return 'path' in error ? String(error.path) : '';
}

/** The output of a dead child as the cause of the error about it. */
export function outputAsCause(exit: ChildExit): Error | undefined {
  return exit.output === '' ? undefined : new Error(`its last output:\n${exit.output}`);
}

function rejectAfter(ms: number, over: AbortSignal, error: () => AppError): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(error()), ms);
    over.addEventListener('abort', () => clearTimeout(timer));
  });
}

function rejectOnAbort(
  signal: AbortSignal,
  over: AbortSignal,
  error: () => AppError,
): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) {
      reject(error());
    }
    signal.addEventListener('abort', () => reject(error()), { once: true, signal: over });
  });
}

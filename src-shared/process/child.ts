/**
 * One life of a child process: started, ready or dead, asked to stop, forced when it does not.
 *
 *   spawn ─▶ ready raced against early exit and a deadline ─▶ running ─▶ ask, wait, kill ─▶ exited
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { AppError } from '../errors.ts';
import { childEnvironment } from './child-environment.ts';
import { killTree, sweepGroup } from './kill-tree.ts';
import { RecentLines } from './recent-lines.ts';

export type ChildPlan = {
  /** For sentences, as their first words: "The mesh node". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Descriptor 3: Node's IPC channel, or a plain socket pair. */
  readonly link: 'ipc' | 'pipe';
  /**
   * Gives the child a process group of its own, so that a terminal's Ctrl-C does not reach it and whatever
   * it started goes with it. Children of such a child must not have one, or they would be left behind.
   */
  readonly ownGroup: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly readyWithinMs: number;
  readonly stopWithinMs: number;
  /** Resolves once the child is fit for work; its rejection ends the child and is the reason told. */
  readonly whenReady: (process: ChildProcess, signal: AbortSignal) => Promise<void>;
  /** Asks the child to end by itself, e.g. by a message or a signal. */
  readonly askToStop: (process: ChildProcess) => void;
  /** Every line that the child writes to stdout or stderr. */
  readonly onLine?: (line: string) => void;
};

export type ChildExit = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Last lines of its output. */
  readonly output: string;
  /** Set when it could not be started at all. */
  readonly error?: Error;
  /** Why it was killed, in words that fit into parentheses; absent when nobody said. */
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
      stdio: ['ignore', 'pipe', 'pipe', plan.link],
      env: childEnvironment(process.env, plan.environment),
      detached: plan.ownGroup && process.platform !== 'win32',
      windowsHide: true,
    });
    this.exited = this.#watch();
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Asks, waits, kills. Resolves when the process is gone. */
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

  /** Ends the process and all that it started, at once. `reason` is what is told of its end, as in ChildExit. */
  kill(reason?: string): void {
    this.#reason ??= reason;
    killTree(this.process, this.#plan.ownGroup);
  }

  #watch(): Promise<ChildExit> {
    const lines = new RecentLines(this.#plan.onLine);
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => lines.push(text));
      stream?.on('error', () => {});
    }
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
        // A descendant that lives on would hold the output open, and memory with it.
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
 * @throws what `whenReady` throws; AppError `child-failed` when the child ends or the deadline passes
 * before that; `cancelled` when the signal aborts. The process is gone when this rejects.
 */
export async function startChild(plan: ChildPlan, signal: AbortSignal): Promise<Child> {
  const child = new Child(plan);
  const waiting = new AbortController();
  try {
    await Promise.race([
      plan.whenReady(child.process, waiting.signal),
      child.exited.then((exit) => {
        throw new AppError(
          'child-failed',
          `${plan.name} ended before it was ready (${describeExit(exit)}).`,
          { cause: exit.error ?? outputAsCause(exit) },
        );
      }),
      rejectAfter(
        plan.readyWithinMs,
        waiting.signal,
        () =>
          new AppError(
            'child-failed',
            `${plan.name} was not ready after ${plan.readyWithinMs / 1000} seconds and was ended.`,
          ),
      ),
      rejectOnAbort(
        signal,
        waiting.signal,
        () => new AppError('cancelled', `${plan.name} was stopped while it was starting.`),
      ),
    ]);
    return child;
  } catch (error) {
    child.kill();
    const exit = await child.exited;
    if (error instanceof AppError && error.cause === undefined && exit.output !== '') {
      error.cause = outputAsCause(exit);
    }
    throw error;
  } finally {
    waiting.abort();
  }
}

/** How a child ended, in words that fit into parentheses. */
export function describeExit(exit: ChildExit): string {
  if (exit.error !== undefined) {
    return `it could not be started: ${exit.error.message}`;
  }
  if (exit.reason !== undefined) {
    return exit.reason;
  }
  const how = exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
  const lastLine = exit.output.split('\n').at(-1) ?? '';
  return lastLine === '' ? how : `${how}; it last said: ${lastLine}`;
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

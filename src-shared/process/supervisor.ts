/**
 * Keeps one child process running: starts it, starts it again after a crash with growing waits, and ends it
 * on order without taking that for a crash.
 *
 *   stopped ─▶ starting ─▶ running ─▶ stopping ─▶ stopped
 *                 ▲  │        │ it ended by itself
 *                 │  ▼        ▼
 *                 waiting{error, retryAt}
 */
import { AppError, toAppError } from '../errors.ts';
import {
  type Child,
  type ChildExit,
  type ChildPlan,
  describeExit,
  outputAsCause,
  startChild,
} from './child.ts';
import { defaultRestartPolicy, nextRestart, type RestartPolicy } from './restart-policy.ts';
import { childWords } from '../words/errors.ts';

export type SupervisorState =
  | { readonly name: 'stopped' | 'starting' | 'stopping' }
  | { readonly name: 'running'; readonly child: Child }
  | { readonly name: 'waiting'; readonly error: AppError; readonly retryAt: number };

export type SupervisorOptions = {
  /** Called before every start, so that a later start can differ from the first. */
  readonly plan: () => ChildPlan;
  readonly onState: (state: SupervisorState) => void;
  readonly policy?: RestartPolicy;
  /** Monotonic time, in milliseconds. */
  readonly now?: () => number;
};

type Life = { readonly abort: AbortController; readonly child: Promise<Child> };

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #policy: RestartPolicy;
  readonly #now: () => number;
  #state: SupervisorState = { name: 'stopped' };
  /** The life that is wanted. It is cleared before a child is ended, so that its end does not count as a crash. */
  #life: Life | undefined;
  #stopped: Promise<void> = Promise.resolve();
  #crashes = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#policy = options.policy ?? defaultRestartPolicy;
    this.#now = options.now ?? (() => performance.now());
  }

  get state(): SupervisorState {
    return this.#state;
  }

  /**
   * Starts the child. Resolves when it is ready for the first time. When the first start fails, rejects with the
   * reason, and goes on trying until `stop`.
   */
  start(): Promise<void> {
    if (this.#state.name !== 'stopped') {
      return Promise.reject(new AppError('internal', 'A supervisor was started twice.'));
    }
    this.#crashes = 0;
    return this.#begin();
  }

  /** Ends the child in whatever state it is. Resolves when it is gone. */
  stop(): Promise<void> {
    const life = this.#life;
    if (life !== undefined) {
      this.#life = undefined;
      clearTimeout(this.#retry);
      this.#enter({ name: 'stopping' });
      this.#stopped = this.#end(life);
    }
    return this.#stopped;
  }

  async #end(life: Life): Promise<void> {
    life.abort.abort();
    const [started] = await Promise.allSettled([life.child]);
    if (started.status === 'fulfilled') {
      await started.value.stop();
    }
    this.#enter({ name: 'stopped' });
  }

  async #begin(): Promise<void> {
    const abort = new AbortController();
    const life: Life = { abort, child: startChild(this.#options.plan(), abort.signal) };
    this.#life = life;
    this.#enter({ name: 'starting' });
    try {
      const child = await life.child;
      if (this.#life === life) {
        this.#enter({ name: 'running', child });
        void this.#watch(life, child, this.#now());
      }
    } catch (error) {
      if (this.#life === life) {
        this.#crashed(toAppError(error), 0);
      }
      throw error;
    }
  }

  async #watch(life: Life, child: Child, readyAt: number): Promise<void> {
    const exit = await child.exited;
    if (this.#life === life) {
      this.#crashed(this.#crashError(exit), this.#now() - readyAt);
    }
  }

  #crashed(error: AppError, ranForMs: number): void {
    const { crashes, delayMs } = nextRestart(this.#policy, this.#crashes, ranForMs);
    this.#crashes = crashes;
    this.#enter({ name: 'waiting', error, retryAt: this.#now() + delayMs });
    this.#retry = setTimeout(() => void this.#tryAgain(), delayMs);
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#begin();
    } catch {
      // The state after the failed start says so.
    }
  }

  #crashError(exit: ChildExit): AppError {
    return new AppError(
      'child-failed',
      childWords.crashed(this.#options.plan().name, describeExit(exit)),
      { cause: outputAsCause(exit) },
    );
  }

  #enter(state: SupervisorState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

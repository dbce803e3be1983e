/**
 * A tool that keeps running and prints a line now and then, which costs far less than starting it for each reading.
 * When it is missing, hangs or prints nonsense, it is started again after growing waits.
 */
import type { AppError } from '../../src-shared/errors.ts';
import type { SingleReason } from '../../src-shared/missing-reason.ts';
import type { ChildPlan } from '../../src-shared/process/child.ts';
import type { RestartPolicy } from '../../src-shared/process/restart-policy.ts';
import { Supervisor, type SupervisorState } from '../../src-shared/process/supervisor.ts';

export type LineToolPlan = {
  /** The tool's name, with which sentences begin: "nvidia-smi". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** A tool that prints no line that is understood for this long hangs, and is killed. */
  readonly silentWithinMs: number;
  /** Takes a line of its stdout or stderr; returns whether it was understood. */
  readonly onLine: (line: string) => boolean;
  /** Called when earlier lines no longer hold, with the reason. */
  readonly onTrouble: (reason: SingleReason) => void;
  readonly restartPolicy?: RestartPolicy;
};

/**
 * A tool that is not installed will hardly be there a minute later; a new driver is found soon enough in five
 * minutes.
 */
const defaultPolicy: RestartPolicy = {
  firstMs: 1000,
  longestMs: 300_000,
  steadyAfterMs: 60_000,
};
const stopWithinMs = 1000;

export class LineTool {
  readonly #plan: LineToolPlan;
  readonly #supervisor: Supervisor;
  #watchdog: NodeJS.Timeout | undefined;
  #onFirstLine: () => void = () => {};
  /** The newest line that was not understood, since the last one that was. */
  #strangeLine: string | undefined;
  #hasHung = false;

  constructor(plan: LineToolPlan) {
    this.#plan = plan;
    this.#supervisor = new Supervisor({
      plan: () => this.#childPlan(),
      onState: (state) => this.#onState(state),
      policy: plan.restartPolicy ?? defaultPolicy,
    });
  }

  start(): void {
    this.#supervisor.start().catch(() => {
      // The state after the failure says so; the supervisor goes on trying.
    });
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    clearTimeout(this.#watchdog);
    await this.#supervisor.stop();
  }

  #childPlan(): ChildPlan {
    const { name, command, args, silentWithinMs } = this.#plan;
    return {
      name,
      command,
      args,
      ownGroup: true,
      environment: { LC_ALL: 'C' },
      readyWithinMs: silentWithinMs,
      stopWithinMs,
      whenReady: () =>
        new Promise((resolve) => {
          this.#onFirstLine = resolve;
        }),
      askToStop: (child) => child.kill(),
      output: { onLine: (line) => this.#onLine(line) },
    };
  }

  #onLine(line: string): void {
    if (!this.#plan.onLine(line)) {
      this.#strangeLine = line;
      return;
    }
    this.#strangeLine = undefined;
    this.#onFirstLine();
    this.#watchdog?.refresh();
  }

  #onState(state: SupervisorState): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    if (state.name === 'starting') {
      this.#strangeLine = undefined;
      this.#hasHung = false;
    } else if (state.name === 'running') {
      this.#watchdog = setTimeout(() => {
        this.#hasHung = true;
        state.child.kill();
      }, this.#plan.silentWithinMs);
    } else if (state.name === 'waiting') {
      this.#plan.onTrouble(this.#reason(state.error));
    }
  }

  #reason(error: AppError): SingleReason {
    const { name, silentWithinMs } = this.#plan;
    if (isMissing(error)) {
      return { code: 'not-installed', tool: name };
    }
    if (this.#strangeLine !== undefined) {
      return { code: 'strange-line', tool: name, line: this.#strangeLine };
    }
    return this.#hasHung
      ? { code: 'silent', tool: name, seconds: silentWithinMs / 1000 }
      : { code: 'failed', message: error.message.replace(/\.$/, '') };
  }
}

function isMissing({ cause }: AppError): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

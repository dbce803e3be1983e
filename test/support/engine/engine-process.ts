/** A real engine process whose output is recorded, so that tests can wait for it. */
import { fileURLToPath } from 'node:url';
import type { AppError } from '../../../src-shared/errors.ts';
import {
  EngineClient,
  type EngineOptions,
} from '../../../src-worker/node/engines/engine-client.ts';
import type { LoadParameters } from '../../../src-worker/wire/engine-messages.ts';
import { type Segment, segmentFlags } from '../../../src-worker/wire/segment.ts';
import { tokensAsBytes } from './engine-models.ts';

export const engineEntry = fileURLToPath(
  new URL('../../../build/src-worker/engine/engine.js', import.meta.url),
);

export class TestEngine {
  readonly outputs: Segment[] = [];
  readonly failures = new Map<number, AppError>();
  readonly logs: string[] = [];
  exit: AppError | undefined;
  #client: EngineClient | undefined;
  #onChange: (() => void)[] = [];

  static async start(
    parameters: Partial<LoadParameters> & Pick<LoadParameters, 'path'>,
    options: EngineOptions = {},
  ): Promise<TestEngine> {
    const engine = new TestEngine();
    const all = { role: 'whole', threads: 1, backend: 'cpu', ...parameters } as const;
    engine.#client = await EngineClient.start(
      all,
      {
        onOutput: (segment) => engine.#note(() => engine.outputs.push(segment)),
        onSessionFailed: (session, error) =>
          engine.#note(() => engine.failures.set(session, error)),
        onExit: (error) => engine.#note(() => (engine.exit = error)),
        onLog: (level, message) => engine.#note(() => engine.logs.push(`${level} ${message}`)),
      },
      { entry: engineEntry, ...options },
    );
    return engine;
  }

  get client(): EngineClient {
    if (this.#client === undefined) {
      throw new Error('The engine is not ready');
    }
    return this.#client;
  }

  /** Sends tokens for positions from `position` on; by default it asks for the token after them. */
  send(session: number, position: number, tokens: readonly number[], flags?: number): void {
    this.client.send({
      session,
      position,
      count: tokens.length,
      flags: flags ?? segmentFlags.sample,
      computeMicros: 0,
      values: tokensAsBytes(tokens),
    });
  }

  outputsOf(session: number): Segment[] {
    return this.outputs.filter((segment) => segment.session === session);
  }

  /** Tokens sampled for a session, in the order in which they came. */
  tokensOf(session: number): number[] {
    return this.outputsOf(session).map((segment) => tokenOf(segment));
  }

  async failureOf(session: number): Promise<AppError> {
    await this.until(() => this.failures.has(session));
    const failure = this.failures.get(session);
    if (failure === undefined) {
      throw new Error(`Session ${session} did not fail`);
    }
    return failure;
  }

  /** Waits until the condition holds; it is checked at each output of the engine. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.exit !== undefined) {
        throw this.exit;
      }
      await new Promise<void>((resolve) => {
        this.#onChange.push(resolve);
      });
    }
  }

  async stop(): Promise<void> {
    await this.#client?.stop();
  }

  #note(change: () => void): void {
    change();
    for (const resolve of this.#onChange.splice(0)) {
      resolve();
    }
  }
}

export function tokenOf(segment: Segment): number {
  return Buffer.from(segment.values).readInt32LE(0);
}

/** Whether a process with this number exists. */
export function isAlive(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? 0, 0);
    return pid !== undefined;
  } catch {
    return false;
  }
}

/** Checks every few milliseconds, for conditions without an event. */
export async function eventually(condition: () => boolean, milliseconds = 10_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`Not true within ${milliseconds} ms: ${condition.toString()}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

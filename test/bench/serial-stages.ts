/** Two shards in two engines without any node: a prompt goes through one, then through the other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samplingSchema } from '../../src-shared/model.ts';
import { openGguf } from '../../src-worker/gguf/read.ts';
import { sliceShard } from '../../src-worker/gguf/slice.ts';
import { EngineClient } from '../../src-worker/node/engines/engine-client.ts';
import { type Work, workFlags } from '../../src-worker/wire/work.ts';
import { pinToCore } from './process-usage.ts';

class Stage {
  readonly #engine: EngineClient;
  readonly #arrived: { resolve?: (work: Work) => void };

  static async start(path: string, role: 'first' | 'last', core: number): Promise<Stage> {
    const arrived: { resolve?: (work: Work) => void } = {};
    const engine = await EngineClient.start(
      { path, role, threads: 1, backend: 'cpu', contextLength: 2048 },
      {
        onWork: (work) => arrived.resolve?.(work),
        onSessionFailed: (_, error) => console.error(error.message),
        onExit: (error) => console.error(error.message),
      },
    );
    pinToCore(engine.pid ?? 0, core);
    return new Stage(engine, arrived);
  }

  private constructor(engine: EngineClient, arrived: { resolve?: (work: Work) => void }) {
    this.#engine = engine;
    this.#arrived = arrived;
  }

  /** Computes a whole prompt in one batch. */
  async run(session: number, count: number, values: Uint8Array): Promise<Work> {
    await this.#engine.open({ session, sampling: samplingSchema.parse({ temperature: 0 }) });
    const output = await new Promise<Work>((resolve) => {
      this.#arrived.resolve = resolve;
      const flags = workFlags.sample;
      this.#engine.send({ session, position: 0, count, flags, computeMicros: 0, values });
    });
    await this.#engine.close(session);
    return output;
  }

  stop(): Promise<void> {
    return this.#engine.stop();
  }
}

export class SerialStages {
  readonly #folder: string;
  readonly #stages: readonly [Stage, Stage];

  /** Cuts the model in two at `cut` and pins each half to a core of its own. */
  static async start(path: string, layers: number, cut: number): Promise<SerialStages> {
    const folder = await mkdtemp(join(tmpdir(), 'mindmesh-bench-'));
    const source = await openGguf(path);
    const first = join(folder, 'first.gguf');
    const last = join(folder, 'last.gguf');
    await sliceShard(source, { firstLayer: 0, lastLayer: cut - 1 }, first);
    await sliceShard(source, { firstLayer: cut, lastLayer: layers - 1 }, last);
    await source.close();
    const stages = [
      await Stage.start(first, 'first', 0),
      await Stage.start(last, 'last', 1),
    ] as const;
    return new SerialStages(folder, stages);
  }

  private constructor(folder: string, stages: readonly [Stage, Stage]) {
    this.#folder = folder;
    this.#stages = stages;
  }

  /** Time from the prompt to the first token, in milliseconds. `session` counts upward. */
  async run(session: number, prompt: readonly number[]): Promise<number> {
    const start = performance.now();
    const tokens = new Uint8Array(Int32Array.from(prompt).buffer);
    const { values } = await this.#stages[0].run(session, prompt.length, tokens);
    await this.#stages[1].run(session, prompt.length, values);
    return performance.now() - start;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#stages.map((stage) => stage.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

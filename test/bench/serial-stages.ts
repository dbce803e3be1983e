/** Two shards in two engines without any node: a prompt goes through one, then through the other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samplingSchema } from '../../src-shared/model.ts';
import { openGguf } from '../../src-worker/gguf/read.ts';
import { sliceShard } from '../../src-worker/gguf/slice.ts';
import { EngineClient } from '../../src-worker/node/engines/engine-client.ts';
import { cutPrompt } from '../../src-worker/node/sessions/asking/prefill-chunks.ts';
import { type Segment, segmentFlags } from '../../src-worker/wire/segment.ts';
import { pinToCore } from './process-usage.ts';

type Role = 'first' | 'last';

class Stage {
  readonly #role: Role;
  readonly #engine: EngineClient;
  readonly #events: { onOutput: (segment: Segment) => void };

  static async start(path: string, role: Role, core: number): Promise<Stage> {
    const events: { onOutput: (segment: Segment) => void } = { onOutput: () => {} };
    const engine = await EngineClient.start(
      { path, role, threads: 1, backend: 'cpu', contextLength: 2048 },
      {
        onOutput: (segment) => events.onOutput(segment),
        onSessionFailed: (_, error) => console.error(error.message),
        onExit: (error) => console.error(error.message),
      },
    );
    pinToCore(engine.pid ?? 0, core);
    return new Stage(role, engine, events);
  }

  private constructor(
    role: Role,
    engine: EngineClient,
    events: { onOutput: (segment: Segment) => void },
  ) {
    this.#role = role;
    this.#engine = engine;
    this.#events = events;
  }

  /**
   * Computes a whole prompt in batches of this many tokens. Returns the hidden states of the first stage, or the
   * token.
   */
  async run(session: number, tokens: number, batch: number, values: Uint8Array): Promise<Buffer> {
    await this.#engine.open({ session, sampling: samplingSchema.parse({ temperature: 0 }) });
    const wanted = this.#role === 'first' ? tokens : 1;
    const computed = new Promise<Buffer>((resolve) => {
      const outputs: Segment[] = [];
      this.#events.onOutput = (output) => {
        outputs.push(output);
        if (outputs.reduce((sum, { count }) => sum + count, 0) === wanted) {
          resolve(Buffer.concat(outputs.map((each) => each.values)));
        }
      };
    });
    const bytesPerToken = values.byteLength / tokens;
    for (const { position, count } of cutPrompt(tokens, batch)) {
      this.#engine.send({
        session,
        position,
        count,
        flags: position + count === tokens ? segmentFlags.sample : 0,
        computeMicros: 0,
        values: values.subarray(position * bytesPerToken, (position + count) * bytesPerToken),
      });
    }
    const output = await computed;
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
  #session = 0;

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

  /**
   * Time from the prompt to the first token in milliseconds, when each stage computes batches of this many tokens.
   */
  async run(prompt: readonly number[], batch: number): Promise<number> {
    this.#session += 1;
    const start = performance.now();
    const tokens = new Uint8Array(Int32Array.from(prompt).buffer);
    const hidden = await this.#stages[0].run(this.#session, prompt.length, batch, tokens);
    await this.#stages[1].run(this.#session, prompt.length, batch, hidden);
    return performance.now() - start;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#stages.map((stage) => stage.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Tokens from one engine process of this machine, without a mesh: real text for tests of everything above sessions.
 * It counts sessions, and can be paused.
 */
import type { Receipt } from '../../../src-shared/chat.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { type ModelSummary, sampledDetailSchema } from '../../../src-shared/model.ts';
import { EngineClient } from '../../../src-worker/node/engines/engine-client.ts';
import type {
  GenerationEvent,
  GenerationRequest,
  Generations,
} from '../../../src-worker/node/sessions/asking/generation.ts';
import { type Segment, segmentFlags } from '../../../src-worker/wire/segment.ts';

type Sampled = Extract<GenerationEvent, { type: 'token' }>;

/** What a session's reader waits for: tokens in order, or the end. */
class SessionQueue {
  readonly #waiting: (Sampled | AppError)[] = [];
  #wake = (): void => {};

  push(item: Sampled | AppError): void {
    this.#waiting.push(item);
    this.#wake();
  }

  async next(): Promise<Sampled> {
    while (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const item = this.#waiting.shift();
    if (item === undefined || item instanceof AppError) {
      throw item ?? new AppError('internal', 'An empty queue.');
    }
    return item;
  }
}

export class EngineGenerations implements Generations {
  readonly #model: ModelSummary;
  readonly #queues = new Map<number, SessionQueue>();
  #engine: EngineClient | undefined;
  #nextSession = 1;
  /** Tokens that wait for `resume`; undefined while the engine is not paused. */
  #delayed: Segment[] | undefined;
  /** Open sessions, and sessions that were ended before they were finished. */
  active = 0;
  cancelled = 0;
  /** Number of sessions that the mesh has room for. */
  capacity = Infinity;

  private constructor(model: ModelSummary) {
    this.#model = model;
  }

  static async start(path: string, model: ModelSummary): Promise<EngineGenerations> {
    const generations = new EngineGenerations(model);
    generations.#engine = await EngineClient.start(
      { path, role: 'whole', threads: 1, backend: 'cpu', contextLength: 16_384, maxSessions: 8 },
      {
        onOutput: (segment) => generations.#onSampled(segment),
        onSessionFailed: (session, error) => generations.#queues.get(session)?.push(error),
        onExit: (error) => {
          for (const queue of generations.#queues.values()) {
            queue.push(error);
          }
        },
      },
    );
    return generations;
  }

  models(): readonly ModelSummary[] {
    return [this.#model];
  }

  contextLength(): number {
    return this.#model.contextLength;
  }

  /** Holds back all tokens until `resume`. */
  pause(): void {
    this.#delayed ??= [];
  }

  resume(): void {
    const delayed = this.#delayed ?? [];
    this.#delayed = undefined;
    for (const segment of delayed) {
      this.#onSampled(segment);
    }
  }

  /** Kills the engine process, as a lack of memory would. */
  crash(): void {
    const pid = this.#engine?.pid;
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL');
    }
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
  }

  async *generate(
    request: GenerationRequest,
    signal: AbortSignal,
  ): AsyncGenerator<GenerationEvent, void, void> {
    const engine = this.#engine;
    if (engine === undefined || this.active >= this.capacity) {
      throw new AppError('over-capacity', 'The engine serves as many sessions as it can.');
    }
    const session = this.#nextSession;
    this.#nextSession += 1;
    const queue = new SessionQueue();
    this.#queues.set(session, queue);
    this.active += 1;
    let isDone = false;
    const onAbort = (): void => queue.push(new AppError('cancelled', 'The chat was cancelled.'));
    signal.addEventListener('abort', onAbort);
    try {
      const { promptTokens, maxAnswerTokens, sampling } = request;
      const selfFeedUntil = promptTokens.length + maxAnswerTokens - 1;
      await engine.open({ session, sampling, selfFeedUntil });
      engine.send({
        session,
        position: 0,
        count: promptTokens.length,
        flags: segmentFlags.sample,
        computeMicros: 0,
        values: new Uint8Array(Int32Array.from(promptTokens).buffer),
      });
      for (let tokens = 1; ; tokens += 1) {
        const event = await queue.next();
        yield event;
        const isEnd = event.endOfGeneration || request.finish?.aborted === true;
        if (isEnd || tokens === maxAnswerTokens) {
          isDone = true;
          const receipt = this.#receipt(request, tokens);
          yield { type: 'done', reason: isEnd ? 'end' : 'length', receipt };
          return;
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#queues.delete(session);
      this.active -= 1;
      this.cancelled += isDone ? 0 : 1;
      // An engine that has ended needs no message.
      engine.close(session).catch(() => {});
    }
  }

  #onSampled(segment: Segment): void {
    if (this.#delayed !== undefined) {
      this.#delayed.push(segment);
      return;
    }
    const { session, values, flags, detail } = segment;
    const token = Buffer.from(values).readInt32LE(0);
    this.#queues.get(session)?.push({
      type: 'token',
      token,
      endOfGeneration: (flags & segmentFlags.endOfGeneration) !== 0,
      ...(detail.byteLength === 0
        ? {}
        : { detail: sampledDetailSchema.parse(JSON.parse(Buffer.from(detail).toString('utf8'))) }),
    });
  }

  #receipt({ model, promptTokens }: GenerationRequest, tokens: number): Receipt {
    return {
      model: model.name,
      stages: [
        { peer: 'self', firstLayer: 0, lastLayer: model.layers - 1, computeMs: 1, hopMs: 0 },
      ],
      promptTokens: promptTokens.length,
      tokens,
      tokensPerSecond: 1,
      firstTokenMs: 1,
      totalMs: 1,
    };
  }
}

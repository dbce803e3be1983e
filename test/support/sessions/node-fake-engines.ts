/** Engines without processes: they load when told to, crash when told to, and record their requests. */
import { AppError } from '../../../src-shared/errors.ts';
import type { ComputeShare } from '../../../src-shared/compute-share.ts';
import type { EngineEvents } from '../../../src-worker/node/engines/engine-client.ts';
import type { DeviceMemory } from '../../../src-shared/compute.ts';
import type { Engine, StartEngine } from '../../../src-worker/node/engines/shard-engine.ts';
import type {
  LoadParameters,
  LoadResult,
  OpenParameters,
  OpenResult,
} from '../../../src-worker/wire/engine-messages.ts';

export class FakeEngines {
  readonly all: FakeEngine[] = [];
  attempts = 0;
  /** While true, loads do not end by themselves. */
  holdLoads = false;
  /** While true, engines end only when they are killed. */
  holdStops = false;
  refuseLoads: AppError | undefined;
  refuseOpens: AppError | undefined;

  get running(): readonly FakeEngine[] {
    return this.all.filter((engine) => engine.isRunning);
  }

  readonly start: StartEngine = async (parameters, events, signal) => {
    this.attempts += 1;
    if (this.refuseLoads !== undefined) {
      throw this.refuseLoads;
    }
    if (this.holdLoads) {
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new AppError('cancelled', 'Given up')));
      });
    }
    const engine = new FakeEngine(this, parameters, events);
    this.all.push(engine);
    return engine;
  };
}

class FakeEngine implements Engine {
  readonly parameters: LoadParameters;
  readonly description: LoadResult;
  readonly isCongested = false;
  readonly opened: number[] = [];
  /** Number of layers of each session that uses a part of them. */
  readonly openedLayers = new Map<number, number>();
  readonly closed: number[] = [];
  readonly retained: number[] = [];
  readonly learnt: (readonly number[])[] = [];
  readonly resumed: number[] = [];
  readonly paces: ComputeShare[] = [];
  isRunning = true;
  readonly #engines: FakeEngines;
  readonly #events: EngineEvents;
  readonly #killed = Promise.withResolvers<void>();

  constructor(engines: FakeEngines, parameters: LoadParameters, events: EngineEvents) {
    this.#engines = engines;
    this.#events = events;
    this.parameters = parameters;
    this.description = {
      llamaRelease: 'fake',
      backend: 'cpu',
      architecture: 'llama',
      layers: 6,
      width: 8,
      vocabularySize: 1000,
      contextLength: parameters.contextLength ?? 0,
      maxSessions: parameters.maxSessions ?? 0,
      memory: { modelBytes: 1, contextBytes: 2, deviceBytes: 0, residentBytes: 3 },
    };
  }

  open({ session, layers, resume }: OpenParameters): Promise<OpenResult> {
    this.opened.push(session);
    if (layers !== undefined) {
      this.openedLayers.set(session, layers);
    }
    if (resume !== undefined) {
      this.resumed.push(resume.session);
    }
    const { refuseOpens } = this.#engines;
    const cachedTokens = resume?.tokens ?? 0;
    return refuseOpens === undefined
      ? Promise.resolve({ cachedTokens })
      : Promise.reject(refuseOpens);
  }

  restoreHistory(_session: number, generated: readonly number[]): Promise<void> {
    this.learnt.push(generated);
    return Promise.resolve();
  }

  retain(session: number): Promise<void> {
    this.retained.push(session);
    return Promise.resolve();
  }

  close(session: number): Promise<void> {
    this.closed.push(session);
    return Promise.resolve();
  }

  send(): void {}

  deviceMemory(): Promise<DeviceMemory> {
    return Promise.resolve([]);
  }

  setComputeShare(pace: ComputeShare): Promise<void> {
    this.paces.push(pace);
    return Promise.resolve();
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    if (this.#engines.holdStops) {
      return this.#killed.promise;
    }
    return this.kill();
  }

  kill(): Promise<void> {
    this.isRunning = false;
    this.#killed.resolve();
    return Promise.resolve();
  }

  crash(): void {
    this.isRunning = false;
    this.#events.onExit(new AppError('engine-died', 'The engine was ended by SIGKILL'));
  }

  failSession(session: number, error: AppError): void {
    this.#events.onSessionFailed(session, error);
  }

  /** Returns one token. */
  output(session: number, computeMicros: number): void {
    this.#events.onOutput({
      session,
      position: 1,
      count: 1,
      flags: 0,
      computeMicros,
      values: new Uint8Array(4),
      detail: new Uint8Array(0),
    });
  }
}

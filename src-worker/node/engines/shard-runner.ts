/**
 * Keeps one desired shard running: cuts its file, starts its engine, and restarts that after a crash with a growing back-off.
 *
 *   starting ─▶ serving ─▶ (the engine ends by itself) ─▶ faulted ─▶ starting        any ─▶ stopped, on order
 */
import { isDeepStrictEqual } from 'node:util';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { LayerRange, ModelSummary } from '../../../src-shared/model.ts';
import type { ShardStatus } from '../../../src-shared/api/node-status.ts';
import { fullComputeShare, type ComputeShare } from '../../../src-shared/compute-share.ts';
import { defaultRestartPolicy, nextRestart } from '../../../src-shared/process/restart-policy.ts';
import { type StageRole, stageRoleOf } from '../../wire/stage-role.ts';
import type { Log } from '../base/log.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import { type DevicePlacement, placementStatus } from './device-placement.ts';
import type { EngineSettings } from './engine-settings.ts';
import { FileGuard, stampOf } from './file-guard.ts';
import type {
  ServingShard,
  ShardSession,
  ShardSessionListener,
  ShardSessionRequest,
} from './serving-shard.ts';
import { ShardEngine, type StartEngine } from './shard-engine.ts';

export type ShardRunnerOptions = {
  readonly model: ModelSummary;
  readonly layers: LayerRange;
  /** The path of the shard's file, which is cut from the model when there is none yet. */
  readonly shardPath: (signal: AbortSignal) => Promise<string>;
  /** Whether another program may change the file, as for a file that the owner imported. */
  readonly isForeign: (path: string) => boolean;
  readonly settings: EngineSettings;
  readonly placement: DevicePlacement;
  readonly startEngine: StartEngine;
  /** The first compute share; see `setComputeShare`. */
  readonly pace: ComputeShare;
  /** The memory that the shard will take once it is loaded; undefined where that is unknown. */
  readonly expectedMemoryBytes: number | undefined;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** Called when the state or load changed. */
  readonly onChange: () => void;
  readonly log: Log;
};

/** How long running sessions may take to end before a shard is reloaded, in milliseconds. */
const retireWithinMs = 30_000;

type State =
  | { readonly name: 'starting' }
  | { readonly name: 'stopped'; readonly engine: ShardEngine }
  | {
      readonly name: 'serving';
      readonly engine: ShardEngine;
      readonly since: number;
      readonly guard: FileGuard | undefined;
    }
  | { readonly name: 'faulted'; readonly fault: string; readonly error: AppError };

export class ShardRunner implements ServingShard {
  readonly model: string;
  readonly manifestId: string;
  readonly summary: ModelSummary;
  readonly firstLayer: number;
  readonly lastLayer: number;
  readonly role: StageRole;
  readonly #options: ShardRunnerOptions;
  readonly #stopping = new AbortController();
  #state: State = { name: 'starting' };
  #computeShare: ComputeShare;
  #attempt: Promise<void>;
  /** Resolves when the former engine, whose file changed, has ended. */
  #ending: Promise<void> = Promise.resolve();
  #crashes = 0;
  #isRetiring = false;
  #onEmpty: () => void = () => {};
  /** Process id of the engine that runs or loads. */
  #pid: number | null = null;
  #retry: NodeJS.Timeout | undefined;
  /** Why it failed last, until it serves again or its cause may be gone. */
  #lastFailure: string | undefined;

  constructor(options: ShardRunnerOptions) {
    this.#options = options;
    this.#computeShare = options.pace;
    this.summary = options.model;
    this.model = options.model.name;
    this.manifestId = options.model.manifestId;
    this.firstLayer = options.layers.firstLayer;
    this.lastLayer = options.layers.lastLayer;
    this.role = stageRoleOf(options.layers, options.model.layers);
    this.#attempt = this.#start();
  }

  get width(): number {
    return this.summary.width;
  }

  /** Whether new sessions may begin. */
  get isServing(): boolean {
    return this.#state.name === 'serving' && !this.#isRetiring;
  }

  /** The settings of its engine, which never change for one runner. */
  get settings(): EngineSettings {
    return this.#options.settings;
  }

  get sessions(): number {
    return this.#state.name === 'serving' ? this.#state.engine.sessions : 0;
  }

  /** How many sessions are those of this node's own user. */
  get ownSessions(): number {
    return this.#state.name === 'serving' ? this.#state.engine.ownSessions : 0;
  }

  freeSessions(): number {
    return this.#state.name === 'serving' ? this.#state.engine.freeSessions : 0;
  }

  async openSession(
    request: ShardSessionRequest,
    listener: ShardSessionListener,
  ): Promise<ShardSession> {
    if (this.#state.name === 'serving') {
      await this.#state.guard?.check();
    }
    if (this.#state.name !== 'serving') {
      throw new AppError('engine-died', `${this.#name} is not loaded now; try again in a moment`);
    }
    return this.#state.engine.openSession(request, listener);
  }

  status(): ShardStatus {
    const state = this.#state;
    const engine = state.name === 'serving' ? state.engine : undefined;
    const memory = engine?.description.memory;
    return {
      manifestId: this.manifestId,
      model: this.model,
      firstLayer: this.firstLayer,
      lastLayer: this.lastLayer,
      state: state.name === 'stopped' ? 'starting' : state.name,
      fault: state.name === 'faulted' ? state.fault : null,
      failure:
        state.name === 'faulted'
          ? { code: state.error.code, message: state.error.message, inARow: this.#crashes }
          : null,
      backend: engine?.description.backend ?? null,
      pid: this.#pid,
      memoryBytes: memory === undefined ? 0 : memory.modelBytes + memory.contextBytes,
      expectedMemoryBytes: this.#options.expectedMemoryBytes,
      deviceBytes: memory?.deviceBytes ?? 0,
      ...placementStatus(this.#options.placement, this),
      sessions: engine?.sessions ?? 0,
      maxSessions: engine?.description.maxSessions ?? this.#options.settings.maxSessions,
      tokensPerSecond: engine?.tokensPerSecond ?? 0,
    };
  }

  /** The shard in a record, for peers or for this node's own user; undefined unless it is serving. */
  record(isOwn: boolean): RecordedShard | undefined {
    if (this.#state.name !== 'serving' || this.#isRetiring) {
      return undefined;
    }
    const { engine } = this.#state;
    return {
      manifestId: this.manifestId,
      firstLayer: this.firstLayer,
      lastLayer: this.lastLayer,
      freeSessions: isOwn ? engine.freeSessions : engine.freeForOthers,
      maxSessions: engine.description.maxSessions,
      contextLength: engine.description.contextLength,
      freeCells: engine.freeCells,
      // The measured speed counts computing time alone, but the compute share makes the engine idle in between.
      tokensPerSecond: engine.ownTokensPerSecond * this.#computeShare.workShare,
    };
  }

  /** Sets how much the engine computes from now on, and after its next start. */
  setComputeShare(pace: ComputeShare): void {
    const isOther = !isDeepStrictEqual(pace, this.#computeShare);
    this.#computeShare = pace;
    if (isOther && this.#state.name === 'serving') {
      void this.#state.engine.setComputeShare(pace);
    }
  }

  /** The engine that computes on graphics devices; undefined where none does. */
  get engineOnDevices(): Pick<ShardEngine, 'deviceMemory'> | undefined {
    return this.#state.name === 'serving' && this.#state.engine.description.backend !== 'cpu'
      ? this.#state.engine
      : undefined;
  }

  /** Why it does not serve, also while it is being restarted after that failure; undefined once it serves. */
  get lastFailure(): string | undefined {
    return this.#lastFailure;
  }

  /** Restarts a failed shard without waiting for its back-off, because the cause of the failure may be gone. */
  retry(): void {
    this.#lastFailure = undefined;
    this.#startAgain();
  }

  #startAgain(): void {
    if (this.#state.name === 'faulted' && !this.#stopping.signal.aborted) {
      clearTimeout(this.#retry);
      this.#enter({ name: 'starting' });
      this.#attempt = this.#start();
    }
  }

  /** Resolves when the load under way has succeeded or failed; at once where there is none. */
  loaded(): Promise<void> {
    return this.#attempt;
  }

  /** Drops all cached prefixes. */
  forgetPrefixes(): void {
    if (this.#state.name === 'serving') {
      this.#state.engine.forgetPrefixes();
    }
  }

  /**
   * Begins no further session; resolves when the running ones, or a load under way, have ended, at the latest after
   * `retireWithinMs`.
   */
  async retire(): Promise<void> {
    this.#isRetiring = true;
    this.#options.onChange();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onEmpty = () => {
      if (this.#state.name !== 'serving' || this.#state.engine.sessions === 0) {
        resolve();
      }
    };
    this.#onEmpty();
    const deadline = setTimeout(resolve, retireWithinMs).unref();
    await promise;
    clearTimeout(deadline);
  }

  /** Ends the sessions of all but this node's own user. */
  endForeign(): void {
    if (this.#state.name === 'serving') {
      this.#state.engine.endForeign(this.#outOfService());
    }
  }

  /** Ends the engine in any state. Resolves when its process is gone. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#retry);
    if (this.#state.name === 'serving') {
      const { engine, guard } = this.#state;
      guard?.stop();
      this.#enter({ name: 'stopped', engine });
      await engine.stop(this.#outOfService());
    }
    await Promise.all([this.#attempt, this.#ending]);
  }

  /** Makes a `stop` under way kill the engine, which frees its memory at once. */
  kill(): void {
    if (this.#state.name === 'stopped') {
      void this.#state.engine.kill();
    }
  }

  get #name(): string {
    return `The shard with layers ${this.firstLayer} to ${this.lastLayer} of ${this.model}`;
  }

  #outOfService(): AppError {
    return new AppError('peer-failed', `${this.#name} was taken out of service`);
  }

  /** One attempt; never rejects. */
  async #start(): Promise<void> {
    const { shardPath, settings, placement, startEngine, now, onChange, log } = this.#options;
    try {
      // Two engines at once may not fit into the memory.
      await this.#ending;
      const path = await shardPath(this.#stopping.signal);
      this.#stopping.signal.throwIfAborted();
      const isForeign = this.#options.isForeign(path);
      const stamp = isForeign ? await stampOf(path) : undefined;
      const engine = await ShardEngine.start({
        name: this.#name,
        start: startEngine,
        signal: this.#stopping.signal,
        parameters: {
          path,
          role: this.role,
          threads: settings.threads,
          backend: settings.backend,
          maxSessions: settings.maxSessions,
          contextLength: placement.contextLength,
          devices: placement.devices,
          deviceLayers: placement.deviceLayers,
        },
        now,
        onSpawn: (pid) => {
          this.#pid = pid;
          onChange();
        },
        onSessions: () => {
          onChange();
          this.#onEmpty();
        },
        onExit: (error) => this.#onExit(error),
        onLog: (level, message) => log(level === 'error' ? 'error' : 'debug', message),
      });
      if (this.#stopping.signal.aborted) {
        await engine.kill();
      } else {
        if (!isDeepStrictEqual(this.#computeShare, fullComputeShare)) {
          void engine.setComputeShare(this.#computeShare);
        }
        const guard = isForeign
          ? new FileGuard(path, stamp, () => this.#onFileChanged(path))
          : undefined;
        this.#lastFailure = undefined;
        this.#enter({ name: 'serving', engine, since: now(), guard });
        // The file may have changed while it was loaded.
        if (await (guard?.check() ?? true)) {
          log('info', `${this.#name} is serving`, { backend: engine.description.backend });
        }
      }
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        this.#fault(toAppError(error), 0);
      }
    }
  }

  #onExit(error: AppError): void {
    if (this.#state.name === 'serving') {
      this.#state.guard?.stop();
      this.#fault(error, this.#options.now() - this.#state.since);
    }
  }

  /** Kills the engine before it gives another result, since the file that it maps has other weights now. */
  #onFileChanged(path: string): void {
    if (this.#state.name === 'serving') {
      const { engine } = this.#state;
      this.#fault(
        new AppError(
          'model-changed',
          `The file ${path} of ${this.model} has changed while it was hosted. Import it again, or put back what it was.`,
        ),
        0,
      );
      this.#ending = engine.stop(
        new AppError('peer-failed', `${this.#name} was taken out of service: its file has changed`),
      );
      // It is killed, not stopped, so that it does not finish a batch with the wrong weights.
      void engine.kill();
    }
  }

  #fault(error: AppError, ranForMs: number): void {
    this.#pid = null;
    const { crashes, delayMs } = nextRestart(defaultRestartPolicy, this.#crashes, ranForMs);
    this.#crashes = crashes;
    this.#options.log('error', `${this.#name} failed: ${error.message}`, { code: error.code });
    this.#lastFailure = error.message;
    this.#enter({
      name: 'faulted',
      error,
      fault: `${error.message} It is tried again after ${delayMs / 1000} s.`,
    });
    this.#retry = setTimeout(() => this.#startAgain(), delayMs);
  }

  #enter(state: State): void {
    this.#state = state;
    this.#options.onChange();
    this.#onEmpty();
  }
}

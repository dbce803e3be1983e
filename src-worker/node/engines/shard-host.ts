/** Turns the desired shards into running shards, and running shards into what the mesh is told. */
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange, ModelSummary } from '../../../src-shared/model.ts';
import type { HostedShard, WorkOrder } from '../../../src-shared/api/node-config.ts';
import type { ShardStatus } from '../../../src-shared/api/node-status.ts';
import { fullComputeShare, type ComputeShare } from '../../../src-shared/compute-share.ts';
import type { Log } from '../base/log.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { expectedMemoryBytes as expectedMemoryBytesOf } from './expected-memory.ts';
import type { ServingShard, ServingShards } from './serving-shard.ts';
import type { StartEngine } from './shard-engine.ts';
import { shardPrefix } from './shard-prefix.ts';
import { type EngineSettings, ShardRunner } from './shard-runner.ts';
import { allLayers, hasPrefix, isSameRange, partKey } from '../../../src-shared/layers.ts';

/** What this part of the node needs of the model library. */
export interface ShardSource {
  /** @throws AppError `model-not-found` */
  find(nameAliasOrId: string): {
    readonly summary: ModelSummary;
    readonly manifest?: Pick<Manifest, 'tensors'>;
  };
  shardPath(manifestId: string, layers: LayerRange, signal?: AbortSignal): Promise<string>;
  /** Whether the file is one that the library made, and nobody else changes; absent: none is. */
  isMade?(path: string): boolean;
}

export type ShardHostOptions = {
  readonly library: ShardSource;
  readonly settings: EngineSettings;
  readonly startEngine: StartEngine;
  /** What to do about desired shards at first; absent: serve them. */
  readonly work?: WorkPlan;
  /** State or load of some shard changed. */
  readonly onChange: () => void;
  readonly log: Log;
  /** How long engines that only this node's own user needs stay after the last question, in milliseconds. */
  readonly ownUseKeepMs?: number;
  /** Monotonic time, in milliseconds. */
  readonly now?: () => number;
};

/** An owner who asks again within minutes does not wait for the model; one who goes on to something else gets the memory back. */
const defaultOwnUseKeepMs = 300_000;

export type WorkPlan = Pick<WorkOrder, 'state' | 'answersOwner' | 'pace'>;

type DesiredShard = {
  readonly model: ModelSummary;
  readonly layers: LayerRange;
  readonly expectedMemoryBytes: number | undefined;
};

export class ShardHost implements ServingShards {
  readonly #options: ShardHostOptions;
  readonly #runners = new Map<string, ShardRunner>();
  /** Ends of shards that are not wanted any more, or not now. */
  readonly #ending = new Map<ShardRunner, Promise<void>>();
  #desired: ReadonlyMap<string, DesiredShard> = new Map();
  /** Why shards that are ended now had failed. */
  readonly #faults = new Map<string, string>();
  #work: WorkPlan;
  #isStopped = false;
  /** Questions of the own user that wait for a load. */
  #questions = 0;
  /** Runs while engines are there that nobody uses. */
  #ownUseEnd: NodeJS.Timeout | undefined;

  constructor(options: ShardHostOptions) {
    this.#options = options;
    this.#work = options.work ?? { state: 'serving', answersOwner: true };
  }

  get state(): WorkOrder['state'] {
    return this.#work.state;
  }

  /**
   * Replaces the set of desired shards: what is running and still wanted goes on undisturbed. What is new is
   * loaded once this serves.
   * @throws AppError `model-not-found` or `setting-invalid` for the first entry that makes no sense; nothing
   * changes then
   */
  setDesired(entries: readonly HostedShard[]): void {
    if (this.#isStopped) {
      throw new AppError('not-running', 'The node is stopping; it hosts no more shards');
    }
    this.#desired = new Map(entries.map((entry) => this.#resolve(entry)));
    this.#faults.clear();
    this.#fulfil();
  }

  /**
   * `paused` kills the engines, also those that are ending in peace; where the own user is answered all the same,
   * those on which he has a session stay, without the sessions of others. It resolves when the processes are gone.
   */
  async setWork(work: WorkPlan): Promise<void> {
    const wasOwnUse = this.#isOwnUse;
    this.#work = work;
    if (this.#isOwnUse && !wasOwnUse) {
      this.#keepOwnSessions();
    }
    for (const runner of this.#runners.values()) {
      runner.setComputeShare(this.#computeShare);
      if (work.state !== 'serving') {
        runner.forgetPrefixes();
      }
    }
    this.#fulfil();
    if (work.state === 'paused') {
      for (const runner of this.#ending.keys()) {
        runner.kill();
      }
      await Promise.all(this.#ending.values());
    }
  }

  /**
   * While it is paused for others alone, loads the desired layers of a model for the own user. Resolves when each is
   * there or has failed, or when the signal aborts.
   */
  async wake(manifestId: string, signal: AbortSignal): Promise<void> {
    if (!this.#isOwnUse || this.#isStopped) {
      return;
    }
    const desired = [...this.#desired].filter(([, { model }]) => model.manifestId === manifestId);
    const loads = desired.map(([key, shard]) => this.#runnerFor(key, shard).loaded());
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    const onAbort = (): void => resolve();
    signal.addEventListener('abort', onAbort);
    this.#questions += 1;
    this.#onChange();
    try {
      await Promise.race([Promise.all(loads), ...(signal.aborted ? [] : [aborted])]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#questions -= 1;
      this.#onChange();
    }
  }

  /** Nothing new begins for others on a shard that is to end soon. */
  find(manifestId: string, layers: LayerRange, isOwn: boolean): ServingShard | undefined {
    const isThere = isOwn ? this.#work.answersOwner : this.#work.state === 'serving';
    // The shortest one that has room: what is computed for others beside it takes less time.
    const fitting = [...this.#runners.values()]
      .filter((runner) => runner.manifestId === manifestId && runner.isServing)
      .filter((runner) => hasPrefix(runner, layers))
      .toSorted((a, b) => a.lastLayer - b.lastLayer);
    const runner = fitting.find((each) => each.freeSessions() > 0) ?? fitting[0];
    if (!isThere || runner === undefined) {
      return undefined;
    }
    return isSameRange(runner, layers)
      ? runner
      : shardPrefix(runner, layers.lastLayer, runner.summary.layers);
  }

  statuses(): ShardStatus[] {
    return [...this.#runners.values()]
      .map((runner) => runner.status())
      .concat(
        this.#idle().map(({ model, layers, expectedMemoryBytes }) => ({
          ...layers,
          manifestId: model.manifestId,
          model: model.name,
          state: 'idle',
          fault: null,
          failure: null,
          backend: null,
          pid: null,
          memoryBytes: 0,
          expectedMemoryBytes,
          sessions: 0,
          maxSessions: this.#options.settings.maxSessions,
          tokensPerSecond: 0,
        })),
      );
  }

  /** The shards that serve others now, for the node's record. */
  records(): RecordedShard[] {
    return this.#isOwnUse ? [] : this.#loaded(false);
  }

  /** The models of those shards, each once. */
  models(): ModelSummary[] {
    return this.#isOwnUse ? [] : this.#loadedModels();
  }

  /** The shards that are there for this node's own user, now or after `wake`. */
  ownRecords(): RecordedShard[] {
    if (!this.#work.answersOwner) {
      return [];
    }
    return this.#isOwnUse
      ? [...this.#loaded(true), ...this.#idle().map((shard) => this.#idleRecord(shard))]
      : this.#loaded(true);
  }

  /** The models of those shards, each once. */
  ownModels(): ModelSummary[] {
    const idle = this.#isOwnUse ? this.#idle().map(({ model }) => model) : [];
    return eachOnce([...this.#loadedModels(), ...idle]);
  }

  /** Whether layers of the model are to be served here, loaded or not. */
  hosts(manifestId: string): boolean {
    return [...this.#desired.values()].some(({ model }) => model.manifestId === manifestId);
  }

  /** Why layers of the model could not be loaded, or are gone, also while this is idle; undefined once they serve. */
  faultOf(manifestId: string): string | undefined {
    const faults = [...this.#desired]
      .filter(([, { model }]) => model.manifestId === manifestId)
      .map(([key]) => this.#runners.get(key)?.status().failure?.message ?? this.#faults.get(key));
    return faults.find((fault) => fault !== undefined);
  }

  /** Tries layers of the model that failed again at once. */
  retry(manifestId: string): void {
    for (const runner of this.#runners.values()) {
      if (runner.manifestId === manifestId) {
        runner.retry();
      }
    }
  }

  /** Ends all engines, at once or between two batches. Resolves when their processes are gone. */
  async stop(atOnce = false): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#ownUseEnd);
    for (const [key, runner] of this.#runners) {
      this.#end(key, runner);
    }
    for (const runner of atOnce ? this.#ending.keys() : []) {
      runner.kill();
    }
    await Promise.all(this.#ending.values());
  }

  get #isOwnUse(): boolean {
    return this.#work.state === 'paused' && this.#work.answersOwner;
  }

  #fulfil(): void {
    const isDone = this.#work.state === 'paused' && !this.#isOwnUse;
    for (const [key, runner] of this.#runners) {
      if (isDone || !this.#desired.has(key)) {
        this.#end(key, runner);
      }
    }
    for (const [key, shard] of this.#work.state === 'serving' ? this.#desired : []) {
      this.#runnerFor(key, shard);
    }
    this.#onChange();
  }

  get #computeShare(): ComputeShare {
    return this.#work.pace ?? fullComputeShare;
  }

  #runnerFor(key: string, shard: DesiredShard): ShardRunner {
    const runner = this.#runners.get(key) ?? this.#run(shard);
    this.#runners.set(key, runner);
    return runner;
  }

  #keepOwnSessions(): void {
    for (const [key, runner] of this.#runners) {
      if (runner.ownSessions > 0) {
        runner.endForeign();
      } else {
        this.#end(key, runner);
      }
    }
  }

  #onChange(): void {
    if (this.#isOwnUse && this.#isUnused) {
      // Not begun anew by whatever else changes: an engine that dies again and again is not kept for ever.
      const keepMs = this.#options.ownUseKeepMs ?? defaultOwnUseKeepMs;
      this.#ownUseEnd ??= setTimeout(() => this.#endOwnUse(), keepMs).unref();
    } else {
      clearTimeout(this.#ownUseEnd);
      this.#ownUseEnd = undefined;
    }
    this.#options.onChange();
  }

  /** There are engines, and the own user has nothing to do with any of them. */
  get #isUnused(): boolean {
    const runners = [...this.#runners.values()];
    return (
      runners.length > 0 &&
      this.#questions === 0 &&
      runners.every(({ ownSessions }) => ownSessions === 0)
    );
  }

  #endOwnUse(): void {
    for (const [key, runner] of this.#runners) {
      this.#end(key, runner);
    }
    this.#onChange();
  }

  /** Desired shards without an engine; none while they are about to be loaded. */
  #idle(): DesiredShard[] {
    return this.#isStopped
      ? []
      : [...this.#desired].flatMap(([key, shard]) => (this.#runners.has(key) ? [] : [shard]));
  }

  #idleRecord({ model, layers }: DesiredShard): RecordedShard {
    const { maxSessions } = this.#options.settings;
    const contextLength = this.#contextLength(model);
    return {
      ...layers,
      manifestId: model.manifestId,
      freeSessions: maxSessions,
      maxSessions,
      contextLength,
      freeCells: contextLength,
      tokensPerSecond: 0,
    };
  }

  #loaded(isOwn: boolean): RecordedShard[] {
    return [...this.#runners.values()].flatMap((runner) => runner.record(isOwn) ?? []);
  }

  #loadedModels(): ModelSummary[] {
    const serving = [...this.#runners.values()].filter((runner) => runner.isServing);
    return eachOnce(serving.map(({ summary }) => summary));
  }

  #resolve(entry: HostedShard): [string, DesiredShard] {
    const { summary: model, manifest } = this.#options.library.find(entry.model);
    const layers = entry.layers ?? allLayers(model.layers);
    if (layers.lastLayer >= model.layers) {
      throw new AppError(
        'setting-invalid',
        `Layers ${layers.firstLayer} to ${layers.lastLayer} of ${model.name} cannot be hosted: it has ` +
          `layers 0 to ${model.layers - 1}`,
      );
    }
    const expectedMemoryBytes =
      manifest === undefined
        ? undefined
        : expectedMemoryBytesOf(manifest.tensors, layers, model.layers, this.#contextLength(model));
    return [partKey(model.manifestId, layers), { model, layers, expectedMemoryBytes }];
  }

  #contextLength(model: ModelSummary): number {
    return Math.min(this.#options.settings.contextLength, model.contextLength);
  }

  #run({ model, layers, expectedMemoryBytes }: DesiredShard): ShardRunner {
    const { library, settings, startEngine, log, now } = this.#options;
    return new ShardRunner({
      model,
      layers,
      shardPath: (signal) => library.shardPath(model.manifestId, layers, signal),
      isForeign: (path) => library.isMade?.(path) !== true,
      settings,
      startEngine,
      pace: this.#computeShare,
      expectedMemoryBytes,
      now: now ?? (() => performance.now()),
      onChange: () => this.#onChange(),
      log,
    });
  }

  #end(key: string, runner: ShardRunner): void {
    const { failure } = runner.status();
    if (failure === null) {
      this.#faults.delete(key);
    } else {
      this.#faults.set(key, failure.message);
    }
    this.#runners.delete(key);
    const ended = runner.stop().finally(() => this.#ending.delete(runner));
    this.#ending.set(runner, ended);
  }
}

function eachOnce(models: readonly ModelSummary[]): ModelSummary[] {
  return [...new Map(models.map((model) => [model.manifestId, model])).values()];
}

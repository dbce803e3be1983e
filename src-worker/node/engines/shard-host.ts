/** Turns the desired shards into running shards, and running shards into what the mesh is told. */
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange, ModelSummary } from '../../../src-shared/model.ts';
import type { HostedShard, WorkOrder } from '../../../src-shared/api/node-config.ts';
import type { ShardStatus } from '../../../src-shared/api/node-status.ts';
import { fullComputeShare, type ComputeShare } from '../../../src-shared/compute-share.ts';
import type { Log } from '../base/log.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import type { Manifest } from '../manifests/manifest.ts';
import {
  type DesiredShard,
  desiredShard,
  expectedMemoryOf,
  idleRecord,
  idleStatus,
} from './desired-shard.ts';
import { Renewals } from './renewals.ts';
import type { ServingShard, ServingShards } from './serving-shard.ts';
import type { StartEngine } from './shard-engine.ts';
import { shardPrefix } from './shard-prefix.ts';
import { type EngineSettings, ShardRunner } from './shard-runner.ts';
import { hasPrefix, isSameRange, partKey } from '../../../src-shared/layers.ts';

/** What this part of the node needs of the model library. */
export interface ShardSource {
  /** @throws AppError `model-not-found` */
  find(nameAliasOrId: string): {
    readonly summary: ModelSummary;
    readonly manifest?: Pick<Manifest, 'tensors'>;
  };
  shardPath(manifestId: string, layers: LayerRange, signal?: AbortSignal): Promise<string>;
  /** Whether the file is one that the library made, and no other program changes; absent: none is. */
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

export class ShardHost implements ServingShards {
  readonly #options: ShardHostOptions;
  readonly #runners = new Map<string, ShardRunner>();
  /** Ends of shards that are not wanted any more, or not now. */
  readonly #ending = new Map<ShardRunner, Promise<void>>();
  #desired: ReadonlyMap<string, DesiredShard> = new Map();
  /** Why shards that are ended now had failed. */
  readonly #faults = new Map<string, string>();
  #work: WorkPlan;
  #settings: EngineSettings;
  /** Shards that are to be loaded anew with other settings. */
  readonly #renewals = new Renewals();
  #isStopped = false;
  /** Questions of the own user that wait for a load. */
  #questions = 0;
  /** Runs while there are idle engines. */
  #ownUseEnd: NodeJS.Timeout | undefined;

  constructor(options: ShardHostOptions) {
    this.#options = options;
    this.#settings = options.settings;
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
   * Other settings for engines, which are started anew for that: one after the other, each after its sessions have ended or
   * have had their time to.
   */
  configure(settings: EngineSettings): void {
    if (isDeepStrictEqual(settings, this.#settings)) {
      return;
    }
    this.#settings = settings;
    for (const [key, runner] of this.#runners) {
      this.#renewals.add(key, () => this.#renew(key, runner));
    }
    this.#onChange();
  }

  /**
   * While it is paused for others alone, loads the desired layers of a model for the own user. Resolves when each is
   * there or has failed, or when the signal aborts. Layers that are just being loaded anew are waited for at any time.
   */
  async wake(manifestId: string, signal: AbortSignal): Promise<void> {
    const desired = [...this.#desired].filter(([, { model }]) => model.manifestId === manifestId);
    const renewals = desired.flatMap(([key]) => this.#renewals.of(key) ?? []);
    if (this.#isStopped || (!this.#isOwnUse && renewals.length === 0)) {
      return;
    }
    const loads = this.#isOwnUse
      ? desired.map(([key, shard]) => this.#runnerFor(key, shard).loaded())
      : renewals;
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
      .concat(this.#idle().map((shard) => idleStatus(shard, this.#settings)));
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
    return [
      ...this.#loaded(true),
      ...this.#wakeable().map((shard) => idleRecord(shard, this.#settings)),
    ];
  }

  /** The models of those shards, each once. */
  ownModels(): ModelSummary[] {
    return eachOnce([...this.#loadedModels(), ...this.#wakeable().map(({ model }) => model)]);
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

  /** Never rejects. */
  async #renew(key: string, runner: ShardRunner): Promise<void> {
    if (this.#runners.get(key) !== runner || runner.settings === this.#settings) {
      return;
    }
    await runner.retire();
    if (this.#runners.get(key) === runner) {
      this.#end(key, runner);
      await this.#ending.get(runner);
      this.#fulfil();
      await this.#runners.get(key)?.loaded();
    }
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
      // Not begun anew by whatever else changes: an engine that dies again and again is not restarted for ever.
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

  /** Shards that are not there, and will be when `wake` has resolved. */
  #wakeable(): DesiredShard[] {
    return this.#isOwnUse
      ? this.#idle()
      : [...this.#desired].flatMap(([key, shard]) =>
          this.#renewals.of(key) === undefined || this.#runners.get(key)?.isServing === true
            ? []
            : [shard],
        );
  }

  #loaded(isOwn: boolean): RecordedShard[] {
    return [...this.#runners.values()].flatMap((runner) => runner.record(isOwn) ?? []);
  }

  #loadedModels(): ModelSummary[] {
    const serving = [...this.#runners.values()].filter((runner) => runner.isServing);
    return eachOnce(serving.map(({ summary }) => summary));
  }

  #resolve(entry: HostedShard): [string, DesiredShard] {
    const { summary, manifest } = this.#options.library.find(entry.model);
    const shard = desiredShard(entry, summary, manifest?.tensors);
    return [partKey(summary.manifestId, shard.layers), shard];
  }

  #run(shard: DesiredShard): ShardRunner {
    const { model, layers } = shard;
    const { library, startEngine, log, now } = this.#options;
    return new ShardRunner({
      model,
      layers,
      shardPath: (signal) => library.shardPath(model.manifestId, layers, signal),
      isForeign: (path) => library.isMade?.(path) !== true,
      settings: this.#settings,
      startEngine,
      pace: this.#computeShare,
      expectedMemoryBytes: expectedMemoryOf(shard, this.#settings),
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

/** Runs engines for the desired shards, and describes the running shards for records. */
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange, ModelSummary } from '../../../src-shared/model.ts';
import type { HostedShard, WorkOrder } from '../../../src-shared/api/node-config.ts';
import type { ShardStatus } from '../../../src-shared/api/node-status.ts';
import { fullComputeShare, type ComputeShare } from '../../../src-shared/compute-share.ts';
import type { Log } from '../base/log.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import { type DesiredShard, expectedMemoryOf, idleRecord, idleStatus } from './desired-shard.ts';
import { placementStatus } from './device-placement.ts';
import type { EngineSettings } from './engine-settings.ts';
import { Renewals } from './renewals.ts';
import type { ServingShard, ServingShards } from './serving-shard.ts';
import type { ShardEngine, StartEngine } from './shard-engine.ts';
import { shardPrefix } from './shard-prefix.ts';
import { ShardRunner } from './shard-runner.ts';
import { type FindModel, ShardSet } from './shard-set.ts';
import { hasPrefix, isSameRange } from '../../../src-shared/layers.ts';

/** The part of the model library that shards need. */
export interface ShardSource {
  find(...parameters: Parameters<FindModel>): ReturnType<FindModel>;
  shardPath(manifestId: string, layers: LayerRange, signal?: AbortSignal): Promise<string>;
  /** The path of a file with the model's metadata alone, made where it is missing; absent: none is made. */
  headerPath?(manifestId: string): Promise<string>;
  /** Whether the library made the file, so that no other program changes it; absent: no file is. */
  isMade?(path: string): boolean;
}

export type ShardHostOptions = {
  readonly library: ShardSource;
  readonly settings: EngineSettings;
  readonly startEngine: StartEngine;
  /** The first work order; absent: serve. */
  readonly order?: EngineOrder;
  /** Called when the state or load of some shard changed. */
  readonly onChange: () => void;
  /** Called when the last session of a draining machine has ended, for which its owner waits. */
  readonly onDrained?: () => void;
  readonly log: Log;
  /** How long engines that only this node's own user needs stay loaded after the last question, in milliseconds. */
  readonly ownUseKeepMs?: number;
  /** Monotonic time, in milliseconds. */
  readonly now?: () => number;
};

/** Long enough that a follow-up question need not wait for the model, short enough to free the memory for other programs. */
const defaultOwnUseKeepMs = 300_000;

export type EngineOrder = Pick<WorkOrder, 'state' | 'answersOwner' | 'pace'>;

export class ShardHost implements ServingShards {
  readonly #options: ShardHostOptions;
  readonly #runners = new Map<string, ShardRunner>();
  /** Runners that are ending, because their shards are no longer desired or the machine is released. */
  readonly #ending = new Map<ShardRunner, Promise<void>>();
  readonly #desired: ShardSet;
  /** Failures of shards whose runners have ended. */
  readonly #faults = new Map<string, string>();
  #order: EngineOrder;
  /** Shards that are being reloaded with new settings. */
  readonly #renewals = new Renewals();
  #isStopped = false;
  /** Of all shards, at the last change. */
  #sessions = 0;
  /** How many of the owner's questions wait for a load. */
  #questions = 0;
  /** Runs while all engines are idle, and then ends them. */
  #ownUseEnd: NodeJS.Timeout | undefined;

  constructor(options: ShardHostOptions) {
    this.#options = options;
    this.#desired = new ShardSet(options.settings);
    this.#order = options.order ?? { state: 'serving', answersOwner: true };
  }

  get state(): WorkOrder['state'] {
    return this.#order.state;
  }

  /**
   * Replaces the set of desired shards. Running shards that are still desired continue undisturbed; new ones are loaded while
   * the node serves.
   * @throws AppError `model-not-found` or `setting-invalid` for the first invalid entry; nothing changes then
   */
  setDesired(entries: readonly HostedShard[]): void {
    if (this.#isStopped) {
      throw new AppError('not-running', 'The node is stopping; it hosts no more shards');
    }
    this.#desired.replace(entries, (model) => this.#options.library.find(model));
    this.#faults.clear();
    this.#fulfil();
  }

  /**
   * Carries out a work order. `paused` kills the engines, also those that are ending in order. If it answers the owner all
   * the same, engines with the owner's sessions stay, without the sessions of others. Resolves when the processes are gone.
   */
  async setWork(order: EngineOrder): Promise<void> {
    const wasOwnUse = this.#isOwnUse;
    this.#order = order;
    if (this.#isOwnUse && !wasOwnUse) {
      this.#keepOwnSessions();
    }
    for (const runner of this.#runners.values()) {
      runner.setComputeShare(this.#computeShare);
      if (order.state !== 'serving') {
        runner.forgetPrefixes();
      }
    }
    this.#fulfil();
    if (order.state === 'paused') {
      for (const runner of this.#ending.keys()) {
        runner.kill();
      }
      await Promise.all(this.#ending.values());
    }
  }

  /**
   * Applies new engine settings by restarting the engines, one after the other, each after its sessions have ended or their
   * time to end is over.
   */
  configure(settings: EngineSettings): void {
    if (isDeepStrictEqual(settings, this.#desired.settings)) {
      return;
    }
    this.#desired.configure(settings);
    for (const [key, runner] of this.#runners) {
      this.#renewals.add(key, () => this.#renew(key, runner));
    }
    // There may be room now for what had none before.
    this.#fulfil();
  }

  /**
   * Loads the desired layers of a model for the owner, when the machine is paused for others alone. Resolves when each is
   * loaded or has failed, or when the signal aborts. It also waits for layers that are just being reloaded.
   */
  async wake(manifestId: string, signal: AbortSignal): Promise<void> {
    const desired = this.#desired
      .of(manifestId)
      .filter(([key]) => this.#desired.refusalOf(key) === undefined);
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

  /** Finds a shard for new sessions. While the machine drains there is none for others. */
  find(manifestId: string, layers: LayerRange, isOwn: boolean): ServingShard | undefined {
    const isThere = isOwn ? this.#order.answersOwner : this.#order.state === 'serving';
    // The shortest shard that has room is best: batches of other sessions beside this one take less time on it.
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
        this.#idle().map(([key, shard]) => {
          const onDevices = placementStatus(this.#desired.placementOf(key), shard.layers);
          const refused = this.#desired.refusalOf(key);
          return idleStatus(shard, this.#desired.settings, onDevices, refused);
        }),
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

  /** The shards for this node's own user, loaded or loadable by `wake`. */
  ownRecords(): RecordedShard[] {
    if (!this.#order.answersOwner) {
      return [];
    }
    return [
      ...this.#loaded(true),
      ...this.#wakeable().map((shard) => idleRecord(shard, this.#desired.settings)),
    ];
  }

  /** The models of those shards, each once. */
  ownModels(): ModelSummary[] {
    return eachOnce([...this.#loadedModels(), ...this.#wakeable().map(({ model }) => model)]);
  }

  /** Whether layers of the model are desired here, loaded or not. */
  hosts(manifestId: string): boolean {
    return this.#desired.of(manifestId).length > 0;
  }

  /** The engines that compute on graphics devices now. */
  enginesOnDevices(): Pick<ShardEngine, 'deviceMemory'>[] {
    return [...this.#runners.values()].flatMap((runner) => runner.engineOnDevices ?? []);
  }

  /** Why layers of the model are not to be loaded, failed to load or were lost, also while the machine is idle. */
  faultOf(manifestId: string): string | undefined {
    const faults = this.#desired
      .of(manifestId)
      .map(
        ([key]) =>
          this.#desired.refusalOf(key) ??
          this.#runners.get(key)?.lastFailure ??
          this.#faults.get(key),
      );
    return faults.find((fault) => fault !== undefined);
  }

  /** Retries failed layers of the model at once. */
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
    return this.#order.state === 'paused' && this.#order.answersOwner;
  }

  #fulfil(): void {
    const isDone = this.#order.state === 'paused' && !this.#isOwnUse;
    for (const [key, runner] of this.#runners) {
      // One that is about to be renewed may end its sessions first.
      const isRefused =
        this.#desired.refusalOf(key) !== undefined && this.#renewals.of(key) === undefined;
      if (isDone || isRefused || !this.#desired.has(key)) {
        this.#end(key, runner);
      }
    }
    for (const [key, shard] of this.#order.state === 'serving' ? this.#desired.loadable : []) {
      this.#runnerFor(key, shard);
    }
    this.#onChange();
  }

  get #computeShare(): ComputeShare {
    return this.#order.pace ?? fullComputeShare;
  }

  #runnerFor(key: string, shard: DesiredShard): ShardRunner {
    const runner = this.#runners.get(key) ?? this.#run(key, shard);
    this.#runners.set(key, runner);
    return runner;
  }

  /** Never rejects. */
  async #renew(key: string, runner: ShardRunner): Promise<void> {
    if (this.#runners.get(key) !== runner || runner.settings === this.#desired.settings) {
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
      // The timer is not restarted by other changes, so an engine that dies again and again does not keep the memory for ever.
      const keepMs = this.#options.ownUseKeepMs ?? defaultOwnUseKeepMs;
      this.#ownUseEnd ??= setTimeout(() => this.#endOwnUse(), keepMs).unref();
    } else {
      clearTimeout(this.#ownUseEnd);
      this.#ownUseEnd = undefined;
    }
    this.#options.onChange();
    const before = this.#sessions;
    this.#sessions = [...this.#runners.values()].reduce((sum, { sessions }) => sum + sessions, 0);
    if (this.#order.state === 'draining' && before > 0 && this.#sessions === 0) {
      this.#options.onDrained?.();
    }
  }

  /** Whether there are engines, and none of them has a session or question of the owner. */
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

  /** Desired shards without an engine; while the machine serves, those alone that are not to be loaded. */
  #idle(): readonly (readonly [string, DesiredShard])[] {
    return this.#isStopped ? [] : this.#desired.entries.filter(([key]) => !this.#runners.has(key));
  }

  /** Shards that are not loaded and that `wake` would load. */
  #wakeable(): DesiredShard[] {
    return this.#isOwnUse
      ? this.#idle().flatMap(([key, shard]) =>
          this.#desired.refusalOf(key) === undefined ? [shard] : [],
        )
      : this.#desired.loadable.flatMap(([key, shard]) =>
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

  #run(key: string, shard: DesiredShard): ShardRunner {
    const { model, layers } = shard;
    const { library, startEngine, log, now } = this.#options;
    return new ShardRunner({
      model,
      layers,
      shardPath: async (signal) => {
        const path = await library.shardPath(model.manifestId, layers, signal);
        // An engine keeps a file that is moved away, and questions then still need the header. They are told why there is none.
        await library.headerPath?.(model.manifestId).catch(() => {});
        return path;
      },
      isForeign: (path) => library.isMade?.(path) !== true,
      settings: this.#desired.settings,
      placement: this.#desired.placementOf(key),
      startEngine,
      pace: this.#computeShare,
      expectedMemoryBytes: expectedMemoryOf(shard, this.#desired.settings),
      now: now ?? (() => performance.now()),
      onChange: () => this.#onChange(),
      log,
    });
  }

  #end(key: string, runner: ShardRunner): void {
    const { lastFailure } = runner;
    if (lastFailure === undefined) {
      this.#faults.delete(key);
    } else {
      this.#faults.set(key, lastFailure);
    }
    this.#runners.delete(key);
    const ended = runner.stop().finally(() => this.#ending.delete(runner));
    this.#ending.set(runner, ended);
  }
}

function eachOnce(models: readonly ModelSummary[]): ModelSummary[] {
  return [...new Map(models.map((model) => [model.manifestId, model])).values()];
}

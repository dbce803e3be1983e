/** Turns the owner's wishes into running shards, and running shards into what the mesh is told. */
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange, ModelSummary } from '../../../src-shared/model.ts';
import type { HostedShard, ShardStatus } from '../../../src-shared/node-api.ts';
import type { Log } from '../log.ts';
import type { RecordedShard } from '../mesh/record.ts';
import type { ServingShard, ServingShards } from './serving-shard.ts';
import type { StartEngine } from './shard-engine.ts';
import { type EngineSettings, ShardRunner } from './shard-runner.ts';

/** What this part of the node needs of the model library. */
export interface ShardSource {
  /** @throws AppError `model-not-found` */
  find(nameAliasOrId: string): { readonly summary: ModelSummary };
  shardPath(manifestId: string, layers: LayerRange, signal?: AbortSignal): Promise<string>;
}

export type ShardHostParts = {
  readonly library: ShardSource;
  readonly settings: EngineSettings;
  readonly startEngine: StartEngine;
  /** State or load of some shard changed. */
  readonly onChange: () => void;
  readonly log: Log;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
};

export class ShardHost implements ServingShards {
  readonly #parts: ShardHostParts;
  readonly #runners = new Map<string, ShardRunner>();
  /** Ends of shards that are not wanted any more. */
  readonly #ending = new Set<Promise<void>>();
  #isStopped = false;

  constructor(parts: ShardHostParts) {
    this.#parts = parts;
  }

  /**
   * Replaces the set of wished shards: what is running and still wanted goes on undisturbed.
   * @throws AppError `model-not-found` or `setting-invalid` for the first wish that makes no sense; nothing
   * changes then
   */
  setWishes(wishes: readonly HostedShard[]): void {
    if (this.#isStopped) {
      throw new AppError('not-running', 'The node is stopping; it hosts no more shards');
    }
    const wanted = new Map(wishes.map((wish) => this.#resolve(wish)));
    for (const [key, runner] of this.#runners) {
      if (!wanted.has(key)) {
        this.#runners.delete(key);
        this.#end(runner);
      }
    }
    for (const [key, { model, layers }] of wanted) {
      if (!this.#runners.has(key)) {
        this.#runners.set(key, this.#run(model, layers));
      }
    }
    this.#parts.onChange();
  }

  find(manifestId: string, layers: LayerRange): ServingShard | undefined {
    const runner = this.#runners.get(keyOf(manifestId, layers));
    return runner?.isServing === true ? runner : undefined;
  }

  statuses(): ShardStatus[] {
    return [...this.#runners.values()].map((runner) => runner.status());
  }

  /** The shards that serve now, for the node's record. */
  records(): RecordedShard[] {
    return [...this.#runners.values()].flatMap((runner) => runner.record() ?? []);
  }

  /** The models of those shards, each once. */
  models(): ModelSummary[] {
    const serving = [...this.#runners.values()].filter((runner) => runner.isServing);
    return [...new Map(serving.map(({ summary }) => [summary.manifestId, summary])).values()];
  }

  /** Ends all engines. Resolves when their processes are gone. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const runner of this.#runners.values()) {
      this.#end(runner);
    }
    this.#runners.clear();
    await Promise.all(this.#ending);
  }

  #resolve(wish: HostedShard): [string, { model: ModelSummary; layers: LayerRange }] {
    const model = this.#parts.library.find(wish.model).summary;
    const layers = wish.layers ?? { firstLayer: 0, lastLayer: model.layers - 1 };
    if (layers.lastLayer >= model.layers) {
      throw new AppError(
        'setting-invalid',
        `Layers ${layers.firstLayer} to ${layers.lastLayer} of ${model.name} cannot be hosted: it has ` +
          `layers 0 to ${model.layers - 1}`,
      );
    }
    return [keyOf(model.manifestId, layers), { model, layers }];
  }

  #run(model: ModelSummary, layers: LayerRange): ShardRunner {
    const { library, settings, startEngine, onChange, log, now } = this.#parts;
    return new ShardRunner({
      model,
      layers,
      shardPath: (signal) => library.shardPath(model.manifestId, layers, signal),
      settings,
      startEngine,
      now: now ?? (() => performance.now()),
      onChange,
      log,
    });
  }

  #end(runner: ShardRunner): void {
    const ended = runner.stop().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}

function keyOf(manifestId: string, { firstLayer, lastLayer }: LayerRange): string {
  return `${manifestId} ${firstLayer} ${lastLayer}`;
}

/** The shards that this node should serve, each with its place on the devices. Pure but for what it keeps. */
import type { HostedShard } from '../../../src-shared/api/node-config.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { partKey } from '../../../src-shared/layers.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { noRoomWords } from '../../../src-shared/words/words.ts';
import { type DesiredShard, desiredShard } from './desired-shard.ts';
import { type DevicePlacement, devicePlacements } from './device-placement.ts';
import type { EngineSettings } from './engine-settings.ts';

/** Finds a model by name, alias or id. Throws AppError `model-not-found`. */
export type FindModel = (nameAliasOrId: string) => {
  readonly summary: ModelSummary;
  readonly manifest?: Pick<Manifest, 'tensors'>;
};

export class ShardSet {
  #shards: ReadonlyMap<string, DesiredShard> = new Map();
  #placements: ReadonlyMap<string, DevicePlacement> = new Map();
  #settings: EngineSettings;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
  }

  get settings(): EngineSettings {
    return this.#settings;
  }

  /** The shards that the computer has room for. */
  get loadable(): readonly (readonly [string, DesiredShard])[] {
    return this.entries.filter(([key]) => this.refusalOf(key) === undefined);
  }

  /** All shards, by keys that stay the same as long as they are desired. */
  get entries(): readonly (readonly [string, DesiredShard])[] {
    return [...this.#shards];
  }

  has(key: string): boolean {
    return this.#shards.has(key);
  }

  /** The layers of one model. */
  of(manifestId: string): readonly (readonly [string, DesiredShard])[] {
    return this.entries.filter(([, { model }]) => model.manifestId === manifestId);
  }

  /** Why the shard is not to be loaded; undefined where it is. */
  refusalOf(key: string): string | undefined {
    const shard = this.#shards.get(key);
    const lack = this.#placements.get(key)?.lack;
    return shard === undefined || lack === undefined
      ? undefined
      : noRoomWords(shard.model.name, shard.layers, lack);
  }

  /** @throws AppError `internal` for a shard that is not desired */
  placementOf(key: string): DevicePlacement {
    const placement = this.#placements.get(key);
    if (placement === undefined) {
      throw new AppError('internal', `${key} is not a desired shard`);
    }
    return placement;
  }

  /** @throws AppError `model-not-found` or `setting-invalid` for the first invalid entry; nothing changes then */
  replace(entries: readonly HostedShard[], find: FindModel): void {
    this.#shards = new Map(
      entries.map((entry) => {
        const { summary, manifest } = find(entry.model);
        const shard = desiredShard(entry, summary, manifest?.tensors);
        return [partKey(summary.manifestId, shard.layers), shard];
      }),
    );
    this.#place();
  }

  configure(settings: EngineSettings): void {
    this.#settings = settings;
    this.#place();
  }

  #place(): void {
    this.#placements = devicePlacements(this.#shards, this.#settings);
  }
}
